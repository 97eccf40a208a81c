/** @file Checks a JSON reply against a JSON Schema. */
import { z } from 'zod'
import { BehaviorError } from '../../errors.ts'
import type { FormatProblem } from './format-problem.ts'
import type { JsonFormat } from './format-spec.ts'
import { readJson } from './json-reply.ts'

type SchemaInput = Parameters<typeof z.fromJSONSchema>[0]

/** @throws {BehaviorError} `invalid_option` when the schema cannot be read. */
export function createJsonCheck({
  schema,
  fenced,
}: JsonFormat): (reply: string) => FormatProblem[] {
  const validator = toValidator(schema)
  return (reply) => {
    const json = readJson(reply)
    if (!json.ok) {
      const message = `line ${json.line}: the reply is no JSON: ${json.message}`
      return [{ kind: 'syntax', line: json.line, message }]
    }
    const problems = fenceProblems(json.fenced, fenced)
    const parsed = validator.safeParse(json.value)
    return parsed.success
      ? problems
      : [...problems, ...parsed.error.issues.map((issue) => toProblem(issue))]
  }
}

function toValidator(schema: JsonFormat['schema']): z.ZodType {
  try {
    return z.fromJSONSchema(schema as SchemaInput)
  } catch (cause) {
    throw new BehaviorError(
      'invalid_option',
      `format: the JSON Schema cannot be read: ${(cause as Error).message}`,
      {
        hint: 'Keep to types, properties, items, enum, pattern, bounds, anyOf, allOf and $ref.',
        cause,
      },
    )
  }
}

function fenceProblems(found: boolean, expected: boolean): FormatProblem[] {
  if (found === expected) return []
  const message = expected
    ? 'line 1: the JSON is not in a code fence, where one is usual'
    : 'line 1: the JSON is in a code fence, where none is usual'
  return [{ kind: 'syntax', line: 1, message }]
}

type Issue = z.core.$ZodIssue

function toProblem(issue: Issue, base: readonly PropertyKey[] = []): FormatProblem {
  const path = [...base, ...issue.path]
  // Of the branches of a union, the one that gets furthest says what was likely meant.
  if (issue.code === 'invalid_union') {
    const [nearest] = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a))
    if (nearest?.[0]) return toProblem(nearest[0], path)
  }
  const shown = showPath(path)
  return { kind: 'schema', path: shown, message: `${shown}: ${issue.message}` }
}

function depthOf(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length))
}

function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (shown, key) => shown + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`),
    '$',
  )
}
