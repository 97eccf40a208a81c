/** @file Questions as lines of JSON, for a person to edit. */
import type { Question } from './question.ts'

/** One question on each line, without what is default. */
export function writeQuestions(questions: readonly Question[]): string {
  return questions.map((question) => `${JSON.stringify(rowOf(question))}\n`).join('')
}

function rowOf({ id, question, kind, gold, rivals, sources, cluster, after, confirmed }: Question) {
  return {
    id,
    question,
    ...(kind !== 'answerable' && { kind }),
    ...(gold.length > 0 && { gold }),
    ...(rivals.length > 0 && { rivals }),
    ...(sources.length > 0 && { sources }),
    ...(cluster !== sources[0] && cluster !== id && { cluster }),
    ...(after && {
      after:
        after.kind === 'answerable'
          ? { gold: after.gold, rivals: after.rivals.slice(after.stale.length) }
          : 'deleted',
    }),
    ...(!confirmed && { confirmed }),
  }
}
