/** @file Checks replies against a format. */
import { createJsonCheck } from './check-json.ts'
import { checkText } from './check-text.ts'
import type { FormatProblem, FormatVerdict } from './format-problem.ts'
import type { AnyOfFormat, FormatSpec, LabelFormat } from './format-spec.ts'
import { compilePattern } from './pattern.ts'
import { ruleHolds, stateRule } from './rules.ts'

type Check = (reply: string) => FormatProblem[]

/** The verdict on one reply, with everything that is wrong with it. */
export function checkFormat(spec: FormatSpec, reply: string): FormatVerdict {
  return compileFormat(spec)(reply)
}

/**
 * The same for many replies: schemas and expressions are read once.
 *
 * @throws {BehaviorError} `invalid_option` for a schema or an expression that cannot be read.
 */
export function compileFormat(spec: FormatSpec): (reply: string) => FormatVerdict {
  const check = createCheck(spec)
  return (reply) => {
    const problems = check(reply)
    return { valid: problems.length === 0, problems }
  }
}

type CheckTable = {
  [Kind in FormatSpec['kind']]: (spec: Extract<FormatSpec, { kind: Kind }>) => Check
}

const checks: CheckTable = {
  json: createJsonCheck,
  label: (spec) => (reply) => checkLabel(spec, reply),
  text: (spec) => (reply) => checkText(spec, reply),
  pattern: ({ pattern, flags }) => {
    const expression = compilePattern(pattern, flags)
    return (reply) =>
      expression.test(reply)
        ? []
        : [{ kind: 'pattern', line: 1, message: `the reply does not match /${pattern}/${flags}` }]
  },
  rules: ({ rules }) => {
    return (reply) =>
      rules
        .filter((rule) => !ruleHolds(rule, reply))
        .map((rule) => ({
          kind: 'rule',
          message: `the house rule is that the reply ${stateRule(rule)}`,
        }))
  },
  'any-of': (spec) => createAnyOfCheck(spec),
}

function createCheck<Kind extends FormatSpec['kind']>(
  spec: Extract<FormatSpec, { kind: Kind }>,
): Check {
  return (checks[spec.kind] as (spec: FormatSpec) => Check)(spec)
}

const SHOWN_LABELS = 8

function checkLabel({ labels }: LabelFormat, reply: string): FormatProblem[] {
  const found = reply.trim()
  if (labels.some(({ label }) => label === found)) return []
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
  const meant = labels.find(({ label }) => plain(label) === plain(found))
  const message = meant
    ? `line 1 is "${found}" where the label is written "${meant.label}"`
    : `line 1 is "${shorten(found)}", which is none of the ${labels.length} labels: ${listLabels(labels)}`
  return [{ kind: 'label', line: 1, message }]
}

function listLabels(labels: LabelFormat['labels']): string {
  const shown = labels.slice(0, SHOWN_LABELS).map(({ label }) => label)
  return [...shown, ...(labels.length > SHOWN_LABELS ? ['…'] : [])].join(', ')
}

function shorten(text: string): string {
  const line = text.split('\n')[0]!
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}

/** Reports against the format that has the least to say. */
function createAnyOfCheck({ formats }: AnyOfFormat): Check {
  const all = formats.map(({ format }) => createCheck(format))
  return (reply) =>
    all.map((check) => check(reply)).reduce((best, one) => (one.length < best.length ? one : best))
}
