/** @file Runs all checks over a set of examples. */
import type { Tokenizer } from '../../tokenizers/index.ts'
import { BehaviorError } from '../errors.ts'
import type { CheckContext } from './check-context.ts'
import { type CheckName, checkNames, checks } from './checks/index.ts'
import { type Estimate, type EstimateOptions, estimateTraining } from './estimate.ts'
import { type Entry, type Example, type ExampleSet, entriesOf, exampleSet } from './example.ts'
import { type Finding, finding } from './finding.ts'
import type { Severity } from './finding-kinds.ts'
import { findLabels } from './labels.ts'
import { measure } from './measure.ts'
import { findNeighbours, NEARLY_SAME } from './neighbours.ts'
import { readExamples } from './read.ts'
import { type Statistics, summarise } from './statistics.ts'

/** A set that was read, examples from elsewhere, or the text of a file. */
export type ExampleSource = ExampleSet | readonly Example[] | string

export type CheckOptions = EstimateOptions & {
  /** Held-out examples, to be looked for among the others. */
  test?: ExampleSource
  /** Counts tokens exactly and has its chat template try every example. Default: characters / 4. */
  tokenizer?: Tokenizer
  /** Tokens that the model reads at once; longer examples are errors. */
  contextLength?: number
  /** Overlap of prompts, in five-character pieces, from which they are nearly the same. Default 0.8. */
  similarity?: number
  skip?: readonly CheckName[]
}

export type Report = {
  readonly name: string
  readonly format: string | undefined
  readonly rows: number
  readonly examples: number
  readonly counts: Readonly<Record<Severity, number>>
  readonly statistics: Statistics
  readonly estimate: Estimate
  /** In the order of lines; those about the whole file come first. */
  readonly findings: readonly Finding[]
}

/**
 * Checks examples: every fault of every row at once.
 * @throws BehaviorError `invalid_option`
 */
export function checkExamples(source: ExampleSource, options: CheckOptions = {}): Report {
  assertOptions(options)
  const set = toSet(source)
  const test = options.test === undefined ? undefined : toSet(options.test, 'test')
  const findings = [...set.findings, ...(test ? fromFile(test.name, test.findings) : [])]
  const context = createContext({ set, test, findings, options })
  const skipped = new Set(options.skip)
  for (const name of checkNames) if (!skipped.has(name)) checks[name](context)
  const statistics = summarise(context)
  return {
    name: set.name,
    format: set.format,
    rows: set.rows.length,
    examples: context.entries.length,
    counts: countSeverities(findings),
    statistics,
    estimate: estimateTraining(statistics, options),
    findings: findings.sort(byPlace),
  }
}

type ContextParts = {
  set: ExampleSet
  test: ExampleSet | undefined
  findings: Finding[]
  options: CheckOptions
}

function createContext({ set, test, findings, options }: ContextParts): CheckContext {
  const { tokenizer, contextLength, similarity = NEARLY_SAME } = options
  const entries = entriesOf(set)
  const sound = entries.filter(({ isSound }) => isSound)
  const testEntries = test ? entriesOf(test) : []
  const ofTest = new Set<Entry>(testEntries)
  return {
    entries,
    sound,
    test: testEntries,
    tokenizer,
    contextLength,
    similarity,
    measures: once(() => sound.map(({ example }) => measure(example, tokenizer))),
    neighbours: once(() =>
      findNeighbours(
        sound.map(({ example }) => example),
        similarity,
      ),
    ),
    labels: once(() => findLabels(sound)),
    report: (code, entry, details) => {
      const file = entry && ofTest.has(entry) && test ? { file: test.name } : {}
      const at = entry && { line: entry.line, path: entry.root }
      findings.push(finding(code, { ...at, ...file, ...details }))
    },
  }
}

function toSet(source: ExampleSource, name?: string): ExampleSet {
  if (typeof source === 'string') return readExamples(source, name ? { name } : {})
  return 'rows' in source ? source : exampleSet(source, name)
}

function fromFile(file: string, findings: readonly Finding[]): Finding[] {
  return findings.map((found) => ({ ...found, file }))
}

function countSeverities(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 }
  for (const { severity } of findings) counts[severity]++
  return counts
}

function byPlace(a: Finding, b: Finding): number {
  return (a.line ?? 0) - (b.line ?? 0) || compare(a.code, b.code) || compare(a.path, b.path)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function assertOptions({ similarity, skip = [] }: CheckOptions): void {
  if (similarity !== undefined && !(similarity > 0 && similarity <= 1))
    throw new BehaviorError('invalid_option', `the similarity is ${similarity}`, {
      hint: 'Use a share above 0 and up to 1; 0.8 is the default.',
    })
  const unknown = skip.find((name) => !Object.hasOwn(checks, name))
  if (unknown !== undefined)
    throw new BehaviorError('invalid_option', `there is no check "${unknown}" to skip`, {
      hint: `Name some of ${checkNames.join(', ')}.`,
    })
}
