/** @file The house form for a model that was not tuned: held to it where decoding can be, else told in words. */
import { type AdapterSource, contextualize } from '../../assistant/index.ts'
import {
  describeFormat,
  type Example,
  inferFormat,
  learnHouseFormat,
} from '../../behavior/index.ts'
import type { LocalModel } from '../../inference/index.ts'
import type { Knowledge, Reader } from '../../knowledge/index.ts'
import type { LoraAdapter } from '../../models/index.ts'

/** A model sees the form best in replies that have it. */
const SHOWN_REPLIES = 2

/** The form in words, with replies that have it, for a language model. */
export function formInstructions(replies: readonly string[], instructions?: string): string {
  const [origin, ...form] = describeFormat(inferFormat(replies)).toReversed()
  const shown = replies.slice(0, SHOWN_REPLIES).map((reply) => `---\n${reply}\n---`)
  return [
    ...(instructions === undefined ? [] : [instructions]),
    // The last line of a learned form says how many replies have it.
    [...form.toReversed(), ...(form.length === 0 ? [origin] : [])].join('\n'),
    ['Replies in this form:', ...shown].join('\n'),
  ].join('\n\n')
}

/**
 * An adapter without weights, whose form decoding is held to: the embedded base with a grammar, and nothing
 * learned.
 */
export async function formOnly(
  examples: readonly Example[],
  { knowledge, reader }: { knowledge: Knowledge; reader?: Reader | undefined },
): Promise<AdapterSource> {
  const replies: string[] = []
  for await (const { turn } of contextualize(examples, { knowledge, reader }))
    replies.push(turn.text)
  const format = learnHouseFormat(replies)
  let loading: Promise<void> | undefined
  return {
    async use(model) {
      loading ??= model.loadAdapter(NAME, withoutWeights(model.config))
      await loading
      return { name: NAME, format }
    },
  }
}

const NAME = 'form-only'

/** One module of zeros: an adapter has to have one. */
function withoutWeights({ hiddenSize, headCount, headDim }: LocalModel['config']): LoraAdapter {
  const [rank, alpha, outFeatures] = [1, 1, headCount * headDim]
  return {
    rank,
    alpha,
    dropout: 0,
    rankStabilized: false,
    targetModules: ['q_proj'],
    modules: [
      {
        module: 'model.layers.0.self_attn.q_proj',
        rank,
        alpha,
        inFeatures: hiddenSize,
        outFeatures,
        a: new Float32Array(rank * hiddenSize),
        b: new Float32Array(outFeatures * rank),
      },
    ],
  }
}
