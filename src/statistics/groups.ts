/** @file Values that belong together: several questions about one document, one template, one user. */
import { checkSameLength, checkValues } from './check.ts'
import { StatisticsError } from './errors.ts'
import { mean, sum } from './summary.ts'

/** The cluster of each value, in the order of the values. */
export type ClusterLabels = readonly string[]

/**
 * The values of each cluster, in order of first appearance; without labels each value on its own.
 *
 * @throws StatisticsError no_data, invalid_argument, length_mismatch
 */
export function groupValues(values: readonly number[], clusters?: ClusterLabels): number[][] {
  checkValues('values', values)
  if (!clusters) return values.map((value) => [value])
  checkSameLength(['values', 'clusters'], [values.length, clusters.length])
  return [...Map.groupBy(values.keys(), (index) => clusters[index]!).values()].map((indices) =>
    indices.map((index) => values[index]!),
  )
}

/** @throws StatisticsError too_few_clusters; too_few_items where each value stands on its own */
export function checkTwoGroups(groups: readonly number[][], clusters?: ClusterLabels): void {
  if (groups.length >= 2) return
  if (clusters) {
    throw new StatisticsError(
      'too_few_clusters',
      `all ${clusters.length} values are in the cluster "${clusters[0]}"`,
      { hint: 'Take items from at least two clusters; ten or more give a useful interval.' },
    )
  }
  throw new StatisticsError('too_few_items', 'one value alone has no spread', {
    hint: 'Score at least two items; thirty or more give a useful interval.',
  })
}

/** First minus second, item by item. @throws StatisticsError no_data, invalid_argument, length_mismatch */
export function pairedDifferences(first: readonly number[], second: readonly number[]): number[] {
  checkValues('first', first)
  checkValues('second', second)
  checkSameLength(['first', 'second'], [first.length, second.length])
  return first.map((value, i) => value - second[i]!)
}

/**
 * How alike the values of one cluster are: 0 as different as any two, 1 all the same (the analysis of
 * variance estimator; Donner 1986): `(MSB - MSW) / (MSB + (m₀ - 1)·MSW)`. Can be below 0.
 *
 * @throws StatisticsError no_variation where all values are equal; too_few_clusters; no_data;
 * too_few_items where no cluster holds two values
 */
export function intraclassCorrelation(values: readonly number[], clusters: ClusterLabels): number {
  const groups = groupValues(values, clusters)
  checkTwoGroups(groups, clusters)
  const [n, k] = [values.length, groups.length]
  if (n === k) {
    throw new StatisticsError('too_few_items', `each of the ${k} clusters holds one value`, {
      hint: 'Without two values in one cluster there is no correlation to estimate; drop the clusters.',
    })
  }
  const grand = mean(values)
  const squares = (group: number[], centre: number): number =>
    sum(group.map((value) => (value - centre) ** 2))
  const between = sum(groups.map((group) => group.length * (mean(group) - grand) ** 2)) / (k - 1)
  const within = sum(groups.map((group) => squares(group, mean(group)))) / (n - k)
  // The cluster size that counts where sizes differ.
  const size = (n - sum(groups.map((group) => group.length ** 2)) / n) / (k - 1)
  const total = between + (size - 1) * within
  if (total > 0) return (between - within) / total
  throw new StatisticsError('no_variation', `all ${n} values are ${values[0]}`, {
    hint: 'Plan with an assumed correlation, 0.3 for example; these values do not show one.',
  })
}

/**
 * By how much clusters shrink a sample: n clustered items tell as much as `n / designEffect`
 * independent ones (Kish 1965): `1 + (Σm²/Σm - 1)·ICC`, at least 1, with m the cluster sizes.
 *
 * Where all values are equal their correlation cannot be seen, and 1 is taken: only whole clusters then
 * count as evidence. Where each cluster holds one value, the design effect is 1.
 *
 * @throws StatisticsError too_few_clusters, no_data, invalid_argument, length_mismatch
 */
export function designEffect(values: readonly number[], clusters: ClusterLabels): number {
  const groups = groupValues(values, clusters)
  checkTwoGroups(groups, clusters)
  if (groups.length === values.length) return 1
  const size = sum(groups.map((group) => group.length ** 2)) / values.length
  const alike = values.every((value) => value === values[0])
  return 1 + (size - 1) * Math.max(0, alike ? 1 : intraclassCorrelation(values, clusters))
}
