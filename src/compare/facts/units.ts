/** @file Units that a number may be given in, and how they convert. */

type Unit = { dimension: string; factor: number }

/** dimension -> names of each unit, by how many of the smallest it is. */
const dimensions: Record<string, [factor: number, names: string][]> = {
  time: [
    [0.001, 'ms millisecond'],
    [1, 's sec second'],
    [60, 'min minute'],
    [3600, 'h hr hour'],
    [86_400, 'd day'],
    [604_800, 'w week'],
  ],
  // A month is no fixed number of days.
  months: [
    [1, 'month'],
    [3, 'quarter'],
    [12, 'y yr year'],
  ],
  data: [
    [1, 'b byte'],
    [1e3, 'kb kilobyte'],
    [1e6, 'mb megabyte'],
    [1e9, 'gb gigabyte'],
    [1e12, 'tb terabyte'],
    [1024, 'kib'],
    [1024 ** 2, 'mib'],
    [1024 ** 3, 'gib'],
  ],
  length: [
    [0.001, 'mm millimetre millimeter'],
    [0.01, 'cm centimetre centimeter'],
    [1, 'm metre meter'],
    [1000, 'km kilometre kilometer'],
    [0.0254, 'inch inches'],
    [0.3048, 'ft foot feet'],
  ],
  mass: [
    [0.001, 'mg milligram'],
    [1, 'g gram'],
    [1000, 'kg kilogram'],
    [1e6, 't tonne'],
  ],
  frequency: [
    [1, 'hz hertz'],
    [1e3, 'khz kilohertz'],
    [1e6, 'mhz megahertz'],
  ],
  share: [[1, '% percent']],
  usd: [[1, '$ usd dollar']],
  eur: [[1, '€ eur euro']],
  gbp: [[1, '£ gbp pound']],
}

const units = new Map<string, Unit>(
  Object.entries(dimensions).flatMap(([dimension, rows]) =>
    rows.flatMap(([factor, names]) =>
      names.split(' ').map((name): [string, Unit] => [name, { dimension, factor }]),
    ),
  ),
)

/** A unit by any of its names; an unknown one stands for itself, in the singular. */
export function unitOf(name: string): Unit {
  const lower = name.toLowerCase()
  const singular = lower.length > 3 ? lower.replace(/s$/, '') : lower
  return units.get(lower) ?? units.get(singular) ?? { dimension: `:${singular}`, factor: 1 }
}

export function isKnownUnit(name: string): boolean {
  return !unitOf(name).dimension.startsWith(':')
}
