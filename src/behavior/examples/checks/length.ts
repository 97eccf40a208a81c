/** @file Whether examples fit the context, the chat template takes them, and there are enough. */
import type { TokenizerErrorCode } from '../../../tokenizers/index.ts'
import type { Check } from '../check-context.ts'
import { CHARACTERS_PER_TOKEN } from '../measure.ts'

/** Hosted trainers refuse fewer. */
const MIN_EXAMPLES = 10

/** Other checks say these, with the path. */
const reportedElsewhere: ReadonlySet<TokenizerErrorCode> = new Set([
  'nothing_trained',
  'invalid_message',
  'special_token_in_message',
])

export const checkLength: Check = ({ entries, sound, measures, contextLength, ...context }) => {
  const { tokenizer, report } = context
  for (const [at, { tokens, error }] of measures().entries()) {
    const entry = sound[at]!
    if (contextLength !== undefined && tokens > contextLength) {
      const counted = tokenizer && !error ? '' : `about (characters / ${CHARACTERS_PER_TOKEN}) `
      const message = `has ${counted}${tokens} tokens; the context has ${contextLength}`
      report('too_long', entry, { message })
    }
    if (error && !reportedElsewhere.has(error.code))
      report('not_renderable', entry, {
        message: `${error.message} [${error.code}]`,
        ...(error.hint && { fix: error.hint }),
      })
  }
  if (entries.length > 0 && entries.length < MIN_EXAMPLES)
    report('too_few_examples', undefined, {
      message: `${entries.length} examples; hosted trainers want at least ${MIN_EXAMPLES}`,
    })
}
