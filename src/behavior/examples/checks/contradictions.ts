/** @file The same question with answers that cannot both be right. */
import type { Check } from '../check-context.ts'
import type { Example } from '../example.ts'
import { shown } from '../finding.ts'
import { isLabel } from '../labels.ts'
import { normalise, similarity } from '../similarity/shingles.ts'
import { answerOf, promptOf, settingOf } from '../texts.ts'

/** Prompts with less in common may well ask different things. */
const SAME_QUESTION = 0.9
/** Below this, two answers to the same question have little in common: other words or another answer. */
const OTHER_ANSWER = 0.3

export const checkContradictions: Check = ({ sound, neighbours, report }) => {
  for (const [at, near] of neighbours().entries()) {
    const entry = sound[at]!
    for (const { at: other } of near) {
      const reason = findContradiction(entry.example, sound[other]!.example)
      if (reason === undefined) continue
      const { line } = sound[other]!
      report('contradictory_answers', entry, {
        path: entry.places.at(-1)!.content,
        otherLine: line,
        message: `line ${line} asks the same, but ${reason}`,
      })
      break
    }
  }
}

/** In what the answers to the same question differ, or undefined. */
export function findContradiction(a: Example, b: Example): string | undefined {
  const [first, second] = [answerOf(a), answerOf(b)]
  if (first === second || first === '' || second === '') return undefined
  if (!asksTheSame(a, b)) return undefined
  if (isLabel(first) && isLabel(second))
    return normalise(first) === normalise(second)
      ? undefined
      : `its answer is ${shown(second)}, here it is ${shown(first)}`
  const alike = similarity(first, second)
  if (alike >= OTHER_ANSWER)
    return differingFact(first, second, { echoed: numbers(`${promptOf(a)} ${promptOf(b)}`) })
  const isSame = normalise(promptOf(a)) === normalise(promptOf(b))
  return isSame ? `its answer is ${shown(second)}, here it is ${shown(first)}` : undefined
}

function asksTheSame(a: Example, b: Example): boolean {
  if (settingOf(a) !== settingOf(b)) return false
  const [first, second] = [promptOf(a), promptOf(b)]
  if (first === '') return false
  if (first === second) return true
  return similarity(first, second) >= SAME_QUESTION && differingFact(first, second) === undefined
}

/** Long answers have a negation somewhere, whatever they say. */
const SHORT = 200

const negations =
  /\b(?:no|not|never|cannot|without|neither|nor)\b|n['’]t\b|\b(?:nicht|nie|niemals|kein\w*|ohne|pas|jamais|nunca)\b/giu

/** Numbers and negations: what turns a statement round with a single word. */
function differingFact(
  first: string,
  second: string,
  { echoed = [] }: { echoed?: readonly string[] } = {},
): string | undefined {
  const stated = (text: string): string[] => numbers(text).filter((one) => !echoed.includes(one))
  const [here, there] = [stated(first), stated(second)]
  if (here.join() !== there.join())
    return `its numbers are ${there.join(', ') || 'none'}, here they are ${here.join(', ') || 'none'}`
  if (first.length + second.length > 2 * SHORT) return undefined
  const negated = (text: string): boolean => (text.match(negations)?.length ?? 0) > 0
  return negated(first) === negated(second)
    ? undefined
    : 'only one of the two answers has a negation'
}

/** Every number once, but for those that number a list. */
function numbers(text: string): string[] {
  const unlisted = text.replace(/^\s*\d+[.)]\s/gm, '')
  return [...new Set(unlisted.match(/\d+(?:[.,:]\d+)*/g) ?? [])].sort()
}
