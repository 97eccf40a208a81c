/** @file The answerer that needs no model: the best evidence sentences, verbatim and cited, or an abstention. */
import type { Answerer } from './answerer.ts'
import { createComposer } from './compose.ts'
import { chooseQuotes } from './quotes.ts'

export type QuotingOptions = { abstention?: string }

export const DEFAULT_ABSTENTION = 'I could not find an answer to that in the documents.'

export function createQuotingAnswerer({
  abstention = DEFAULT_ABSTENTION,
}: QuotingOptions = {}): Answerer {
  return {
    model: 'graft/quoting',
    async *answer(request) {
      const { evidence, versionTexts } = request
      // A verbatim quote is supported by construction, and the composer says so; nothing else is written.
      const composer = createComposer({
        sentences: evidence.sentences,
        versionTexts,
        policy: 'flag',
        abstention,
        linkHosts: request.linkHosts,
      })
      const quoted = chooseQuotes(request).flatMap(({ sentence, items }) => [sentence, ...items])
      for (const [index, { number }] of quoted.entries()) {
        if (index > 0) yield* composer.push({ text: '\n' })
        yield* composer.push({ quote: number })
      }
      yield* composer.finish()
      return composer.body(NO_TOKENS)
    },
  }
}

const NO_TOKENS = { inputTokens: 0, outputTokens: 0 }
