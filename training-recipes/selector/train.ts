/**
 * @file `npm run train:selector`: fits the selector on questions of the training sets, compares it on
 * articles kept for the test, and writes assets/selector. With `--dry`, all but the test and the writing.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { mean, ndcg } from '../../bench/quality/metrics.ts'
import type { Linear, Selector } from '../../src/knowledge/retrieve/selector.ts'
import { sha256 } from '../../src/util/hash.ts'
import { compareRankers, isBetter, printComparison } from './compare.ts'
import {
  type AnswerSet,
  answerExamples,
  crossJudge,
  crossRerank,
  evidence,
  fitAnswer,
  fitPassages,
  fitRelevance,
  fitSentences,
  type Judged,
  type WeightedScenes,
} from './fit.ts'
import {
  documentationScenes,
  type Scene,
  scifactScenes,
  singlePageScenes,
  squadHalfScenes,
  squadScenes,
  withoutEnding,
} from './scenes.ts'

const HIDDEN = 32
const DIGITS = 4
const folder = path.join(import.meta.dirname, '../../assets/selector')

await main(process.argv.includes('--dry'))

async function main(isDry: boolean): Promise<void> {
  const squad = { scenes: await squadScenes('train'), sentence: 1, passage: 0.4 }
  const scifact = { scenes: await scifactScenes(), sentence: 0, passage: 2 }
  const documentation = { scenes: await documentationScenes(), sentence: 5, passage: 10 }
  // Judged like the others by networks of other folds; nothing but the bar is fitted on them.
  const half = { scenes: await squadHalfScenes(), sentence: 0, passage: 0 }
  const pages = { scenes: await singlePageScenes(), sentence: 0, passage: 0 }
  const sets: WeightedScenes[] = [squad, scifact, documentation, half, pages]
  report(sets)
  const judged = crossJudge(sets, HIDDEN)
  const reranked = crossRerank(sets, judged)
  printRanking(sets, judged, reranked)
  const selector = fitSelector(sets, judged, reranked)
  if (isDry) return
  const linear = fitSentences(sets, 0)
  const comparisons = compareRankers(await squadScenes('test'), {
    logistic: linear,
    network: selector.sentence,
  })
  printComparison(comparisons)
  if (!isBetter(comparisons, 'network'))
    throw new Error('the network does not beat idf-weighted overlap: it is not written')
  write(selector)
}

function fitSelector(
  sets: readonly WeightedScenes[],
  judged: readonly Judged[][],
  reranked: readonly Judged[][],
): Selector {
  const named = (name: string, s: number): AnswerSet => ({
    name,
    scenes: sets[s]!.scenes,
    reranked: reranked[s]!,
  })
  const answerSets = [named('cloud.gov', 2), named('SQuAD, half of it', 3), named('one page', 4)]
  const answer = fitAnswer(answerSets)
  for (const set of answerSets) printDecisions(set, answer)
  const relevance = fitRelevance([named('SQuAD', 0), named('cloud.gov', 2)])
  return {
    sentence: fitSentences(sets, HIDDEN),
    passage: fitPassages(sets, judged),
    relevance,
    answer,
  }
}

function report(sets: readonly WeightedScenes[]): void {
  console.log(`questions: ${sets.map(({ scenes }) => scenes.length).join(', ')}`)
}

/** nDCG@10 before and after, and how often the first sentence, or one of three, is right. */
function printRanking(
  sets: readonly WeightedScenes[],
  judged: readonly Judged[][],
  reranked: readonly Judged[][],
): void {
  for (const [s, name] of ['SQuAD', 'SciFact', 'cloud.gov'].entries()) {
    const { scenes } = sets[s]!
    const [before, after] = [judged[s]!, reranked[s]!].map((found) =>
      mean(scenes.flatMap((scene, i) => ndcgOf(scene, found[i]!))).toFixed(4),
    )
    const rights = [1, 3].map((most) => {
      const hits = scenes.filter(({ isAnswerable }) => isAnswerable)
      const right = scenes.filter(({ isGold }, i) =>
        evidence(reranked[s]![i]!)
          .slice(0, most)
          .some(({ text, chunk }) => isGold(text, withoutEnding(chunk.uri))),
      )
      return (right.length / hits.length).toFixed(3)
    })
    console.log(
      `${name}: nDCG@10 ${before} -> ${after}; right sentence ${rights.join(', of three ')}`,
    )
  }
}

function ndcgOf({ relevant }: Scene, found: Judged): number[] {
  if (relevant.size === 0) return []
  const ranked = [...new Set(found.map(({ chunk }) => withoutEnding(chunk.uri)))]
  return [ndcg(ranked, new Map([...relevant].map((document) => [document, 1])), 10)]
}

/** Shares of answerable and of other questions that are answered at a bar. */
function printDecisions(set: AnswerSet, answer: Linear): void {
  const examples = answerExamples(set)
  const chance = ({ values }: { values: number[] }): number =>
    1 /
    (1 + Math.exp(-values.reduce((sum, value, i) => sum + value * answer.weights[i]!, answer.bias)))
  const lines = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6].map((bar) => {
    const share = (wanted: boolean): string => {
      const among = examples.filter(({ holds }) => holds === wanted)
      return (among.filter((example) => chance(example) >= bar).length / among.length).toFixed(2)
    }
    return `${bar}: ${share(true)} / ${share(false)}`
  })
  console.log(
    `${set.name}, answered of the answerable / of the others at a bar: ${lines.join(', ')}`,
  )
}

function write(selector: Selector): void {
  mkdirSync(folder, { recursive: true })
  const text = `${JSON.stringify(rounded(selector))}\n`
  writeFileSync(path.join(folder, 'weights.json'), text)
  writeFileSync(path.join(folder, 'SHA256SUMS'), `${sha256(text)}  weights.json\n`)
  console.log(`written: ${text.length} bytes`)
}

function rounded(selector: Selector): Selector {
  const round = (value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toFixed(DIGITS)) : value
  return JSON.parse(JSON.stringify(selector, (_, value) => round(value))) as Selector
}
