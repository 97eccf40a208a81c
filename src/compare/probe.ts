/** @file The probe: a comparison of the cheap arms on a sample of the questions, for the headrooms alone. */
import { mulberry32 } from '../util/random.ts'
import type { ArmName } from './arms/arm.ts'
import { type Compared, compare } from './compare.ts'
import type { Question } from './questions/question.ts'
import { hashOf } from './questions/read-questions.ts'
import type { CompareParts } from './run/run.ts'
import type { CompareOptions } from './settings.ts'
import { shuffled } from './shuffle.ts'

export type ProbeOptions = Omit<CompareOptions, 'arms' | 'adapter' | 'tunedModel'> & {
  /** How many questions are asked. Default 60: a few minutes, and headrooms of twenty points show. */
  readonly limit?: number
}

/** What does not need a training. */
const ARMS: readonly ArmName[] = ['base', 'long_context', 'rag', 'rag_form', 'oracle']
const LIMIT = 60

/** @throws what `compare` throws */
export async function probe(options: ProbeOptions, parts: CompareParts): Promise<Compared> {
  const { limit = LIMIT, seed = 1, questions: all, ...rest } = options
  const chosen = sample(all.questions, limit, seed)
  const questions = { ...all, questions: chosen, hash: hashOf(chosen) }
  return await compare({ ...rest, seed, questions, arms: ARMS }, parts)
}

/** By kind in proportion, in the order of the file. */
function sample(questions: readonly Question[], limit: number, seed: number): readonly Question[] {
  if (questions.length <= limit) return questions
  const random = mulberry32(seed)
  const kinds = Map.groupBy(questions, ({ kind }) => kind)
  const share = limit / questions.length
  const kept = new Set(
    [...kinds.values()].flatMap((group) =>
      shuffled(group, random).slice(0, Math.max(1, Math.round(group.length * share))),
    ),
  )
  return questions.filter((question) => kept.has(question))
}
