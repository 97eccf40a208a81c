/** @file Numerical integration that does not mind a pole at an end of the range. */

/** Steps of the transformed variable; 1/16 leaves errors below 1e-10 for one-humped densities. */
const STEP = 1 / 16
/** Past it the nodes are closer to the ends than a number can tell. */
const REACH = 3.2

type Node = { place: number; weight: number }

const nodes = makeNodes()

/** ∫ f over [from, to] by the double exponential rule (Takahasi and Mori 1974). */
export function integrate(f: (x: number) => number, from: number, to: number): number {
  const width = to - from
  let total = 0
  for (const { place, weight } of nodes) {
    const x = from + place * width
    if (x > from && x < to) total += weight * f(x)
  }
  return total * width
}

/** x = 1 / (1 + exp(-π sinh t)), which rushes to 0 and 1, with its derivative as the weight. */
function makeNodes(): Node[] {
  const count = Math.round(REACH / STEP)
  return Array.from({ length: 2 * count + 1 }, (_, i) => {
    const t = (i - count) * STEP
    const place = 1 / (1 + Math.exp(-Math.PI * Math.sinh(t)))
    return { place, weight: STEP * Math.PI * Math.cosh(t) * place * (1 - place) }
  })
}
