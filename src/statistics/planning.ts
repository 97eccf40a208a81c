/** @file Before a run: how many items does it need, and what can the items at hand show? */
import { checkAtLeast, checkDesignEffect, checkOpenShare, checkShare } from './check.ts'
import { normalQuantile } from './distributions/normal.ts'
import { StatisticsError } from './errors.ts'

export type PlanOptions = {
  /**
   * Share of items that the arms win from each other and that cancel out; with a difference δ the share of
   * discordant pairs is `δ + churn`. .10 unless told; .04 for close variants, .20 for different models.
   */
  churn?: number
  /** Two-sided error rate of a difference, one-sided of non-inferiority; .05 unless told. */
  alpha?: number
  /** Chance to find what is there; .8 unless told. */
  power?: number
  /** `1 + (m - 1)·ICC` for m items in a cluster; 1 unless told. */
  designEffect?: number
}

type Plan = Required<PlanOptions>

/**
 * How many items a paired yes-or-no comparison needs to find a true difference δ (asymptotic McNemar,
 * Connor 1987): `n = (z·√ψ + z_power·√(ψ - δ²))² / δ²`, with ψ = δ + churn, times the design effect,
 * rounded up.
 *
 * Assumes n large enough for the normal approximation; below about 50 it promises a little too much.
 *
 * @throws StatisticsError invalid_argument, also where δ + churn is above 1
 */
export function requiredItems(difference: number, options: PlanOptions = {}): number {
  const plan = checkedPlan(options)
  checkOpenShare('difference', difference)
  checkDiscordance(difference, plan.churn)
  return wholeItems(itemsForDifference(difference, plan))
}

/**
 * The smallest true difference that n items find with the wanted power: `requiredItems` turned around.
 * `null` when even the largest possible difference, `1 - churn`, asks for more items.
 *
 * @throws StatisticsError invalid_argument
 */
export function minimumDetectableEffect(items: number, options: PlanOptions = {}): number | null {
  const plan = checkedPlan(options)
  checkAtLeast('items', items, 1)
  let [low, high] = [0, 1 - plan.churn]
  if (high <= 0 || itemsForDifference(high, plan) > items) return null
  while (high - low > 1e-12) {
    const middle = (low + high) / 2
    if (itemsForDifference(middle, plan) > items) low = middle
    else high = middle
  }
  return high
}

/**
 * How many items it takes to show "not worse by more than the margin" for arms that really are alike:
 * `n = (z_alpha + z_power)²·churn / margin²`, alpha one-sided, times the design effect, rounded up.
 *
 * @throws StatisticsError invalid_argument; without churn (0) arms never differ and one item is enough
 */
export function requiredItemsForNonInferiority(margin: number, options: PlanOptions = {}): number {
  const { churn, alpha, power, designEffect } = checkedPlan(options)
  checkOpenShare('margin', margin)
  const z = normalQuantile(1 - alpha) + normalQuantile(power)
  return wholeItems((designEffect * z * z * churn) / (margin * margin))
}

/**
 * The design effect to plan with: `1 + (m - 1)·ICC` (Kish 1965).
 *
 * @throws StatisticsError invalid_argument
 */
export function plannedDesignEffect(itemsPerCluster: number, correlation: number): number {
  checkAtLeast('itemsPerCluster', itemsPerCluster, 1)
  checkShare('correlation', correlation)
  return 1 + (itemsPerCluster - 1) * correlation
}

function itemsForDifference(delta: number, { churn, alpha, power, designEffect }: Plan): number {
  const discordant = delta + churn
  const underNull = -normalQuantile(alpha / 2) * Math.sqrt(discordant)
  // Rounding may leave ψ - δ² a hair below 0 where every pair is discordant.
  const spread = Math.sqrt(Math.max(0, discordant - delta * delta))
  const root = underNull + normalQuantile(power) * spread
  return (designEffect * root * root) / (delta * delta)
}

/** Rounded up, unless it is a whole number but for rounding. */
function wholeItems(items: number): number {
  return Math.max(1, Math.ceil(items - 1e-9))
}

function checkedPlan({
  churn = 0.1,
  alpha = 0.05,
  power = 0.8,
  designEffect = 1,
}: PlanOptions): Plan {
  checkShare('churn', churn)
  checkOpenShare('alpha', alpha)
  checkOpenShare('power', power)
  checkDesignEffect(designEffect)
  return { churn, alpha, power, designEffect }
}

function checkDiscordance(difference: number, churn: number): void {
  if (difference + churn <= 1) return
  throw new StatisticsError(
    'invalid_argument',
    `a difference of ${difference} with a churn of ${churn} makes more than all pairs discordant`,
    {
      hint: 'Lower the churn: it is the share of items won and lost again, beside the difference.',
    },
  )
}
