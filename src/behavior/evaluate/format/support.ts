/** @file How often something must occur in replies before it counts as meant. */

/** In a handful of replies two are a habit; in many, 1.5 % of them are, from three to ten. */
export function leastSupport(replies: number): number {
  return replies < 30 ? 2 : Math.min(10, Math.max(3, Math.ceil(0.015 * replies)))
}

/** What more replies than this share have, all have but for slips. */
export const NEARLY_ALL = 0.95
