/** @file Statistics of gates and comparisons: intervals, tests, planning, choosing between arms. */
export { type Agreement, cohenKappa } from './agreement.ts'
export {
  type Arm,
  type ArmRun,
  type ArmStanding,
  type BestArm,
  type BestArmOptions,
  bestArm,
  type Criterion,
} from './best-arm.ts'
export {
  type BayesianComparison,
  betaBinomial,
  type PriorOptions,
  pairedBetaBinomial,
  type Trials,
} from './beta-binomial.ts'
export { bootstrapInterval, clusterBootstrap, percentileRangeOf } from './bootstrap.ts'
export { betaCdf, betaQuantile } from './distributions/beta.ts'
export { binomialCdf, binomialPmf } from './distributions/binomial.ts'
export { normalCdf, normalQuantile } from './distributions/normal.ts'
export { studentTCdf, studentTQuantile } from './distributions/student-t.ts'
export { StatisticsError, type StatisticsErrorCode } from './errors.ts'
export {
  type ClusterLabels,
  designEffect,
  intraclassCorrelation,
  pairedDifferences,
} from './groups.ts'
export type { Interval, IntervalOptions, MeanInterval, ResamplingOptions } from './interval.ts'
export {
  equivalenceOfMeans,
  equivalenceOfProportions,
  type MarginOfMeans,
  type MarginOfProportions,
  type MarginOptions,
  type MarginTest,
  nonInferiorityOfMeans,
  nonInferiorityOfProportions,
} from './margins.ts'
export { type MeanEstimate, type MeanOptions, meanInterval } from './mean.ts'
export {
  type AdjustedTest,
  benjaminiHochberg,
  holm,
  type IntersectionUnionTest,
  intersectionUnion,
} from './multiple-tests.ts'
export {
  countPairs,
  type McnemarOptions,
  type McnemarTest,
  mcnemarTest,
  newcombeInterval,
  type PairedCounts,
} from './paired-proportions.ts'
export {
  itemsForPercentileBound,
  type PercentileInterval,
  percentileInterval,
} from './percentiles.ts'
export { type SignFlipOptions, type SignFlipTest, signFlipTest } from './permutation.ts'
export {
  minimumDetectableEffect,
  type PlanOptions,
  plannedDesignEffect,
  requiredItems,
  requiredItemsForNonInferiority,
} from './planning.ts'
export {
  clopperPearsonInterval,
  type ProportionOptions,
  ruleOfThree,
  wilsonInterval,
} from './proportions.ts'
export {
  type ReversalStrip,
  rankReversals,
  type ScoredArm,
  type WeightedCriterion,
  type WinnerRange,
} from './rank-reversal.ts'
export {
  type HierarchicalOptions,
  hierarchicalBootstrap,
  type SeedInterval,
  type SeedRuns,
  type SeedsOptions,
  seedsInterval,
} from './seeds.ts'
