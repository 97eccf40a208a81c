/** @file Results that reports are made of: one with everything in it, and one whose every text is hostile. */
import type { ComparisonResult } from '../../src/compare/index.ts'
import { makeQuestions, type Planted, plant } from './plant.ts'

const everyOther = (at: number): boolean => at % 2 === 1

/** Fine-tuned + RAG is always right; each of the others fails in its own way. */
export const arms: Planted = {
  base: () => ({ wrong: true, formless: true, answers: true }),
  rag: (at) => ({ formless: everyOther(at), wrong: at === 3, ms: 20 + at }),
  tuned: (_, phase) => ({ wrong: phase === 'initial', stale: phase === 'updated' }),
  tuned_rag: (at) => ({ ms: 30 + at }),
  oracle: () => ({}),
}
const questions = makeQuestions(24, 6, { changed: 6, perCluster: 2 })
export const full: ComparisonResult = plant(questions, arms)
export const hostile =
  '</script><script>document.title="owned"</script><img src=x onerror="document.title=1">\u202e'

/** Whatever a document, a question, a model or an error may have written. */
export function poisoned(): ComparisonResult {
  const names = ['arm', 'phase', 'status', 'type', 'kind', 'method', 'outcome', 'family', 'winner']
  const kept = [
    ...names,
    'metric',
    'recommended',
    'runnerUp',
    'criterion',
    'name',
    'first',
    'second',
    'reasons',
  ]
  const text = JSON.stringify(full, (key, value: unknown) =>
    typeof value === 'string' && !kept.includes(key) && Number.isNaN(Number(key))
      ? `${value}${hostile}`
      : value,
  )
  const result = JSON.parse(text) as ComparisonResult
  return {
    ...result,
    questions: result.questions.map((question) => ({
      ...question,
      gold: [hostile],
      rivals: [hostile],
      sources: [hostile],
    })),
  }
}
