/** @file Compares ways to choose the sentence that answers, on questions of articles kept for the test. */
import { bootstrap, mean, wilson } from '../../bench/quality/metrics.ts'
import { judge, type Network } from '../../src/knowledge/retrieve/selector.ts'
import {
  type DescribedSentence,
  describeSentences,
} from '../../src/knowledge/retrieve/sentence-features.ts'
import { baselines } from './baselines.ts'
import { type Scene, withoutEnding } from './scenes.ts'

/** Scores of the sentences of one chunk. */
type Score = (scene: Scene, chunk: Scene['chunks'][number]) => { text: string; score: number }[]

export type Comparison = { ranker: string; right: number[] }

const REFERENCE = 'idf-weighted overlap'

/** By ranker and question: 1 where the best sentence of the paragraph that answers is the right one. */
export function compareRankers(
  scenes: readonly Scene[],
  networks: Record<string, Network>,
): Comparison[] {
  const rankers: [string, Score][] = [
    ...Object.entries(baselines).map(([name, baseline]): [string, Score] => [
      name,
      ({ question }, chunk) =>
        describeSentences(chunk, question).map((sentence: DescribedSentence) => ({
          text: sentence.text,
          score: baseline(sentence, chunk.score, question),
        })),
    ]),
    ...Object.entries(networks).map(([name, sentence]): [string, Score] => [
      name,
      ({ question }, chunk) => judge([chunk], question, { sentence })[0]!.sentences,
    ]),
  ]
  const askable = scenes.filter((scene) => paragraphOf(scene) !== undefined)
  return rankers.map(([ranker, score]) => ({
    ranker,
    right: askable.map((scene) => {
      const chunk = paragraphOf(scene)!
      const [best] = score(scene, chunk).sort((a, b) => b.score - a.score)
      return best && scene.isGold(best.text, withoutEnding(chunk.uri)) ? 1 : 0
    }),
  }))
}

/** The chunk that holds the answer, where it was found. */
function paragraphOf({ chunks, isGold, question }: Scene): Scene['chunks'][number] | undefined {
  return chunks.find((chunk) =>
    describeSentences(chunk, question).some(({ text }) => isGold(text, withoutEnding(chunk.uri))),
  )
}

/** A line for each ranker; gains are over idf-weighted overlap, paired by question. */
export function printComparison(comparisons: readonly Comparison[]): void {
  const reference = comparisons.find(({ ranker }) => ranker === REFERENCE)!.right
  for (const { ranker, right } of comparisons) {
    const { rate, low, high } = wilson(right.filter((hit) => hit === 1).length, right.length)
    const gain = bootstrap(right.map((hit, i) => hit - reference[i]!))
    console.log(
      `${ranker.padEnd(22)} ${rate.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})  ` +
        `${signed(gain.mean)} (${signed(gain.low)} to ${signed(gain.high)})  n = ${right.length}`,
    )
  }
}

export function isBetter(comparisons: readonly Comparison[], ranker: string): boolean {
  const rate = (name: string): number =>
    mean(comparisons.find((comparison) => comparison.ranker === name)!.right)
  return rate(ranker) > rate(REFERENCE)
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`
}
