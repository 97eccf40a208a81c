/** @file Fits the parts of the selector, each on what the parts before it say of questions they have not seen. */

import type { RetrievedChunk } from '../../src/knowledge/index.ts'
import {
  type RankedSentence,
  signalNames,
  signalsOf,
} from '../../src/knowledge/retrieve/answerability.ts'
import { rankSentences } from '../../src/knowledge/retrieve/evidence.ts'
import {
  passageFeatureNames,
  passageFeatures,
  rerankJudged,
} from '../../src/knowledge/retrieve/rerank.ts'
import {
  type JudgedChunk,
  judge,
  type Linear,
  type Network,
  type Selector,
} from '../../src/knowledge/retrieve/selector.ts'
import { describeSentences, featureNames } from '../../src/knowledge/retrieve/sentence-features.ts'
import { type Example, fitLogistic } from './logistic.ts'
import { FOLDS, type Scene, withoutEnding } from './scenes.ts'
import { type Group, toLinear, trainScorer } from './scorer.ts'

/** A set of scenes and what one of its questions weighs in the fits of sentences and of passages. */
export type WeightedScenes = { scenes: Scene[]; sentence: number; passage: number }

export type Judged = JudgedChunk<RetrievedChunk>[]

/** Chunks of a question whose sentences are trained on: those further down hardly resemble an answer. */
const TRAINED_CHUNKS = 8
/** This share of the answerable questions is also trained on without the chunks that answer. */
const LEFT_OUT_SHARE = 0.3
/** What evidence is selected from. */
const EVIDENCE_CHUNKS = 10

const options = { rate: 0.003, decay: 0.01, epochs: 6, seed: 1 }
const linearOptions = { rate: 0.01, decay: 0.01, epochs: 8, seed: 1, hidden: 0 }

/** Trains the scorer of sentences; `hidden` 0 makes it linear. */
export function fitSentences(sets: readonly WeightedScenes[], hidden: number): Network {
  const table = createTable(featureNames.length)
  const groups: Group[] = []
  for (const { scenes, sentence: weight } of sets) {
    if (weight === 0) continue
    for (const [i, scene] of scenes.entries())
      groups.push(...sentenceGroups(scene, i, weight, table))
  }
  const how = hidden === 0 ? linearOptions : { ...options, hidden }
  return trainScorer(table.features(), groups, { ...how, inputs: featureNames })
}

function sentenceGroups(
  { chunks, question, isGold, isAnswerable }: Scene,
  index: number,
  weight: number,
  table: Table,
): Group[] {
  const rows: number[] = []
  const others: number[] = []
  const gold = new Set<number>()
  for (const chunk of chunks.slice(0, TRAINED_CHUNKS)) {
    const document = withoutEnding(chunk.uri)
    const described = describeSentences(chunk, question)
    const added = described.map(({ features }) => table.add(features))
    const right = added.filter((_, i) => isGold(described[i]!.text, document))
    rows.push(...added)
    for (const row of right) gold.add(row)
    if (right.length === 0) others.push(...added)
  }
  // A question whose answer was not found teaches nothing: its best sentence may be right all the same.
  if (isAnswerable && gold.size === 0) return []
  const groups: Group[] = [{ rows: Int32Array.from(rows), gold, weight }]
  if (isAnswerable && isLeftOut(index))
    groups.push({ rows: Int32Array.from(others), gold: new Set(), weight })
  return groups
}

/** The same questions in each run, spread over the set. */
function isLeftOut(index: number): boolean {
  return (index * 7919) % 100 < 100 * LEFT_OUT_SHARE
}

/** Judges each set's scenes with a network that was trained on the other folds. */
export function crossJudge(sets: readonly WeightedScenes[], hidden: number): Judged[][] {
  const judged = sets.map(({ scenes }) => new Array<Judged>(scenes.length))
  for (let fold = 0; fold < FOLDS; fold++) {
    const sentence = fitSentences(sets.map(without(fold)), hidden)
    for (const [s, { scenes }] of sets.entries())
      for (const [i, scene] of scenes.entries())
        if (scene.fold === fold) judged[s]![i] = judge(scene.chunks, scene.question, { sentence })
  }
  return judged
}

function without(fold: number): (set: WeightedScenes) => WeightedScenes {
  return (set) => ({ ...set, scenes: set.scenes.filter((scene) => scene.fold !== fold) })
}

/** Trains the scorer of passages; `passes` says which scenes take part. */
export function fitPassages(
  sets: readonly WeightedScenes[],
  judged: readonly Judged[][],
  passes: (scene: Scene) => boolean = () => true,
): Linear {
  const table = createTable(passageFeatureNames.length)
  const groups: Group[] = []
  for (const [s, { scenes, passage: weight }] of sets.entries()) {
    for (const [i, { relevant, ...scene }] of scenes.entries()) {
      if (weight === 0 || relevant.size === 0 || !passes({ relevant, ...scene })) continue
      const found = judged[s]![i]!
      const rows = passageFeatures(found).map((features) => table.add(features))
      const gold = new Set(rows.filter((_, c) => relevant.has(withoutEnding(found[c]!.chunk.uri))))
      if (gold.size > 0) groups.push({ rows: Int32Array.from(rows), gold, weight })
    }
  }
  const network = trainScorer(table.features(), groups, {
    ...linearOptions,
    inputs: passageFeatureNames,
  })
  return toLinear(network)
}

/** Ranks each set's chunks with a passage scorer that was trained on the other folds. */
export function crossRerank(
  sets: readonly WeightedScenes[],
  judged: readonly Judged[][],
): Judged[][] {
  const folds = Array.from({ length: FOLDS }, (_, fold) =>
    fitPassages(sets, judged, (scene) => scene.fold !== fold),
  )
  return sets.map(({ scenes }, s) =>
    scenes.map(({ fold }, i) => rerankJudged(judged[s]![i]!, { passage: folds[fold]! })),
  )
}

/** From totals of sentences to probabilities, over the evidence of sets with gold sentences. */
export function fitRelevance(
  sets: readonly { scenes: Scene[]; reranked: Judged[] }[],
): Selector['relevance'] {
  const examples: Example[] = []
  for (const { scenes, reranked } of sets) {
    for (const [i, { isGold }] of scenes.entries())
      for (const { total, text, chunk } of evidence(reranked[i]!))
        examples.push({
          values: [total],
          holds: isGold(text, withoutEnding(chunk.uri)),
          weight: 1 / scenes.length,
        })
  }
  const { weights, bias } = fitLogistic(examples, ['total'])
  return { scale: weights[0]!, bias }
}

export type AnswerSet = { name: string; scenes: Scene[]; reranked: Judged[] }

/** From signals to the probability of an answer; each set weighs the same, and both sides of it do. */
export function fitAnswer(sets: readonly AnswerSet[]): Linear {
  return fitLogistic(sets.flatMap(answerExamples), signalNames)
}

export function answerExamples({ scenes, reranked }: AnswerSet): Example[] {
  const count = (wanted: boolean): number =>
    scenes.filter(({ isAnswerable }) => isAnswerable === wanted).length
  const weights = { yes: 1 / count(true), no: 1 / count(false) }
  return scenes.map(({ isAnswerable, question }, i) => {
    const signals = signalsOf(evidence(reranked[i]!), question)
    return {
      values: signalNames.map((name) => signals[name]),
      holds: isAnswerable,
      weight: isAnswerable ? weights.yes : weights.no,
    }
  })
}

export function evidence(reranked: Judged): ReturnType<typeof rankSentences> & RankedSentence[] {
  return rankSentences(reranked.slice(0, EVIDENCE_CHUNKS))
}

type Table = { add(features: Float64Array): number; features(): Float32Array }

/** Rows of equal width in one array that grows. */
function createTable(width: number): Table {
  let rows = 0
  let values = new Float32Array(1024 * width)
  return {
    add(features) {
      if ((rows + 1) * width > values.length) {
        const larger = new Float32Array(values.length * 2)
        larger.set(values)
        values = larger
      }
      values.set(features, rows * width)
      return rows++
    },
    features: () => values,
  }
}
