/** @file Personal data and secrets. Findings show them masked. */
import type { Check } from '../check-context.ts'
import type { Entry } from '../example.ts'
import { textsOf } from '../texts.ts'
import { type Detector, detectors, masked } from './detectors.ts'

/** From this many rows on, a value is likely the house's own: its hotline, its support address. */
const COMMON = 10

export const checkPersonalData: Check = ({ entries, report }) => {
  const found = entries.flatMap((entry) =>
    textsOf(entry).flatMap(({ text, path }) =>
      findPersonalData(text).map((one) => ({ ...one, entry, path })),
    ),
  )
  const rows = new Map<string, Set<Entry>>()
  for (const { value, entry } of found) rows.set(value, (rows.get(value) ?? new Set()).add(entry))
  for (const { kind, value, isSecret, entry, path } of found) {
    const { size } = rows.get(value)!
    const message = `${kind}: ${masked(value)}`
    if (isSecret) report('secret', entry, { path, message })
    else if (size < COMMON) report('personal_data', entry, { path, message })
    else
      report('personal_data', entry, {
        path,
        severity: 'info',
        message: `${message}, in ${size} rows`,
        fix: 'Keep it only if it is public, such as an address of the house itself.',
      })
  }
}

type Found = { kind: string; value: string; isSecret: boolean }

/** Every value once; what one detector has taken, later ones do not see. */
export function findPersonalData(text: string): Found[] {
  const found: Found[] = []
  let rest = text
  for (const detector of detectors)
    if (detector.hint.test(rest))
      rest = rest.replace(detector.pattern, (value) => take(value, detector, found))
  return found
}

function take(value: string, { kind, isValid, isSecret }: Detector, found: Found[]): string {
  if (isValid && !isValid(value)) return value
  if (!found.some((other) => other.value === value))
    found.push({ kind, value, isSecret: isSecret === true })
  return ' '
}
