/** @file Random numbers of the shapes that resampling needs, from a uniform source. */

/** Floats in [0, 1). */
export type UniformSource = () => number

/** A whole number in [0, count). */
export function drawIndex(random: UniformSource, count: number): number {
  return Math.floor(random() * count)
}

/** Exp(1). */
export function drawExponential(random: UniformSource): number {
  return -Math.log1p(-random())
}

/** A standard normal (Box and Muller 1958). */
export function drawNormal(random: UniformSource): number {
  return Math.sqrt(2 * drawExponential(random)) * Math.cos(2 * Math.PI * random())
}

/** Shares that add up to one, with means proportional to `concentrations`; a zero stays zero. */
export function drawDirichlet(random: UniformSource, concentrations: readonly number[]): number[] {
  const parts = concentrations.map((shape) => (shape > 0 ? drawGamma(random, shape) : 0))
  const sum = parts.reduce((total, part) => total + part, 0)
  return parts.map((part) => part / sum)
}

/** Gamma(shape, 1) by squeezed rejection (Marsaglia and Tsang 2000); shapes below 1 are boosted. */
function drawGamma(random: UniformSource, shape: number): number {
  if (shape < 1) {
    const boost = Math.exp(-drawExponential(random) / shape)
    // The floor keeps a sum of parts above zero where the boost underflows.
    return Math.max(drawGamma(random, shape + 1) * boost, Number.MIN_VALUE)
  }
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = drawNormal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && -drawExponential(random) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
