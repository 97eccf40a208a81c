/** @file How near the voice of each arm is to the house, between the untuned answers and what the house wrote. */
import { measureStyle, type StyleInput } from '../../behavior/index.ts'
import type { ArmName } from '../arms/arm.ts'
import { formOf } from '../metrics/score-item.ts'
import type { Range, Voice } from '../result.ts'
import type { ItemTable } from './item-table.ts'

type StyleTexts = StyleInput['house']

/** With fewer texts on a side nothing can be held out. */
const LEAST_TEXTS = 4
/** What an untuned model writes: the floor. The first that took part. */
const NEUTRAL: readonly ArmName[] = ['rag', 'long_context', 'base']

/** By arm; empty where there are no held-out replies of the house, or too few. */
export function measureVoice(
  table: ItemTable,
  arms: readonly ArmName[],
  house: readonly string[],
): ReadonlyMap<ArmName, Voice> {
  const textsOf = (arm: ArmName): StyleTexts =>
    table
      .items(arm, 'initial')
      .flatMap(({ question, outcome }) =>
        outcome.status === 'answered' && outcome.answer.trim() !== ''
          ? [{ group: question, text: formOf(outcome.answer) }]
          : [],
      )
  const floor = NEUTRAL.find((arm) => arms.includes(arm) && textsOf(arm).length >= LEAST_TEXTS)
  if (floor === undefined || house.length < LEAST_TEXTS) return new Map()
  const measured = arms.filter((arm) => textsOf(arm).length >= LEAST_TEXTS)
  const report = measureStyle({
    house: house.map((text, at) => ({ group: `house ${at}`, text })),
    neutral: textsOf(floor),
    arms: Object.fromEntries(measured.map((arm) => [arm, textsOf(arm)])),
  })
  return new Map(
    measured.map((arm) => {
      const { closeness, words } = report.arms[arm]!
      const [characters, functionWords] = [finite(closeness.characters), finite(closeness.words)]
      return [arm, { characters, functionWords, words }]
    }),
  )
}

/** JSON has no numbers that are none. */
function finite(range: Range | undefined): Range | null {
  if (!range) return null
  const { estimate, low, high } = range
  return [estimate, low, high].every(Number.isFinite) ? { estimate, low, high } : null
}
