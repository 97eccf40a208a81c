/** @file Seeded order. */

/** The items in an order that depends on `random` alone. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = items.map((item) => ({ item, key: random() }))
  return order.toSorted((a, b) => a.key - b.key).map(({ item }) => item)
}
