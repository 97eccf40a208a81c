/** @file Checks a configuration: all faults at once, each with its place, its value and what to do. */
import { z } from 'zod'
import { outputSchema } from './assistant/index.ts'
import type { GraftConfig } from './config.ts'
import { GraftError } from './errors.ts'

type ConfigFault = {
  /** `assistants[0].policy` */
  path: string
  message: string
  hint: string
}

/** The faults of a configuration, none of which can be overlooked. */
class ConfigError extends GraftError<'invalid_configuration'> {
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[], file: string) {
    const lines = faults.map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
    const message =
      lines.length === 1
        ? `${file}: ${lines[0]}`
        : `${file} has ${lines.length} faults:\n${lines.map((line) => `  ${line}`).join('\n')}`
    super('invalid_configuration', message, {
      hint: [...new Set(faults.map(({ hint }) => hint))].join(' '),
    })
    this.faults = faults
  }
}

/** The configuration as it is. @throws ConfigError with all faults */
export function checkConfig(config: object, file = 'the configuration'): GraftConfig {
  const faults = [...schemaFaults(config), ...assistantFaults(config as GraftConfig)]
  if (faults.length > 0) throw new ConfigError(faults, file)
  return config as GraftConfig
}

const text = z.string()
const names = z.array(z.string().min(1)).readonly()
/** Checked where it is used. */
const elsewhere = z.unknown().optional()
const count = z.int().min(1)

const model = z.custom(
  (value) =>
    (typeof value === 'string' && value !== '') ||
    (typeof value === 'object' && value !== null && ('baseURL' in value || 'modelId' in value)),
  "is no model: give 'graft/base', 'graft/quoting', 'provider/model', a model of the AI SDK or { baseURL, model }",
)

const tool = z.custom(
  (value) =>
    typeof value === 'object' && value !== null && 'parse' in value && 'inputSchema' in value,
  'is no tool: make it with defineTool({ name, description, input, run, sideEffects })',
)

const output = z.custom((value) => {
  try {
    outputSchema(value as Parameters<typeof outputSchema>[0])
    return typeof value === 'object'
  } catch {
    return false
  }
}, 'is no schema: give a zod schema of JSON values or a JSON Schema')

const strings = z.record(z.string(), z.string())
const server = {
  trustReadOnly: z.boolean().optional(),
  tools: names.optional(),
  when: z
    .record(
      z.string(),
      z.custom((value) => typeof value === 'function'),
    )
    .optional(),
  timeoutMs: count.optional(),
}
const mcpServer = z.union(
  [
    z.strictObject({
      command: text.min(1),
      args: z.array(text).readonly().optional(),
      env: strings.optional(),
      ...server,
    }),
    z.strictObject({
      url: z.url({ protocol: /^https?$/ }),
      headers: strings.optional(),
      ...server,
    }),
  ],
  'is no MCP server: give { command, args?, env? } or { url, headers? }, with trustReadOnly?, tools?, when?, timeoutMs?',
)

/** What the house and each assistant have in common. */
const assistantFields = {
  model: model.optional(),
  adapter: text.min(1).optional(),
  instructions: text.optional(),
  policy: z.enum(['strict', 'flag', 'off']).optional(),
  abstention: text.min(1).optional(),
  linkHosts: names.optional(),
  collections: names.optional(),
  tools: z.array(tool).readonly().optional(),
  mcpServers: z.record(z.string().regex(/^[a-zA-Z0-9_-]+$/), mcpServer).optional(),
  output: output.optional(),
  budgets: z
    .strictObject({ toolCalls: count.optional(), maxOutputTokens: count.optional() })
    .optional(),
}

/** They become part of a model's id. */
const assistantName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'may hold lower-case letters, digits, ".", "_" and "-"')

const assistant = z.strictObject({ name: assistantName, ...assistantFields })

/** A new setting of the configuration has to be named here, or nothing compiles. */
const fields = {
  ...assistantFields,
  assistants: z.array(assistant).readonly().optional(),
  databaseUrl: text.optional(),
  embedder: elsewhere,
  fetchLimits: elsewhere,
  trainer: elsewhere,
  traces: elsewhere,
  limits: z
    .strictObject({
      requestsPerMinute: count.optional(),
      concurrent: count.optional(),
      bodyBytes: count.optional(),
      tokensPerDay: count.optional(),
    })
    .optional(),
} satisfies Record<keyof GraftConfig, z.ZodType>

const configuration = z.strictObject(fields)

function schemaFaults(config: object): ConfigFault[] {
  const result = configuration.safeParse(config)
  if (result.success) return []
  return result.error.issues.flatMap((issue) => faultsOf(issue, config))
}

function faultsOf(issue: z.core.$ZodIssue, config: object): ConfigFault[] {
  const path = placeOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known =
      issue.path[0] === 'assistants'
        ? ['name', ...Object.keys(assistantFields)]
        : Object.keys(fields)
    return issue.keys.map((key) => ({
      path: placeOf([...issue.path, key]),
      message: 'is no setting',
      hint: hintForKey(
        key,
        issue.path.at(-1) === 'budgets' ? ['toolCalls', 'maxOutputTokens'] : known,
      ),
    }))
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    config,
  )
  const isOurs = issue.code === 'custom' || issue.code === 'invalid_union'
  const message = isOurs ? issue.message : `is ${brief(value)}: ${issue.message}`
  return [{ path, message, hint: 'See docs/guides/configuration.md for what each setting takes.' }]
}

/** Of what the schema cannot say: names that come twice, adapters that their model cannot take. */
function assistantFaults(config: GraftConfig): ConfigFault[] {
  const assistants = Array.isArray(config.assistants) ? config.assistants : []
  const all = assistants.map((one, index) => ({ ...one, path: `assistants[${index}].` }))
  return [{ ...config, path: '' }, ...all].flatMap((one) => [
    ...adapterFaults(one),
    ...('name' in one ? nameFaults(one, assistants) : []),
    ...toolFaults(one),
  ])
}

type Placed = Pick<GraftConfig, 'adapter' | 'model' | 'tools'> & { path: string }

function adapterFaults({ adapter, model: chosen, path }: Placed): ConfigFault[] {
  if (adapter === undefined || chosen === undefined || chosen === 'graft/base') return []
  const name = typeof chosen === 'string' ? `"${chosen}"` : 'this model'
  return [
    {
      path: `${path}adapter`,
      message: `is "${adapter}", but ${name} takes none`,
      hint: 'Set model to "graft/base", or leave it out; adapters of other models belong to their server.',
    },
  ]
}

/** Ids that models have by themselves. */
const TAKEN = ['graft', 'base', 'quoting']

function nameFaults(
  { name, path }: { name: string; path: string },
  assistants: readonly { name?: unknown }[],
): ConfigFault[] {
  const isTwice = assistants.filter((one) => one.name === name).length > 1
  if (!isTwice && !TAKEN.includes(name)) return []
  const message = isTwice
    ? `is "${name}", as that of another assistant`
    : `is "${name}", which is taken`
  return [{ path: `${path}name`, message, hint: 'Give each assistant a name of its own.' }]
}

function toolFaults({ tools, path }: Placed): ConfigFault[] {
  const given = Array.isArray(tools)
    ? tools.map((one) => (one as { name?: unknown } | null)?.name)
    : []
  return given.flatMap((name, index) =>
    given.indexOf(name) === index
      ? []
      : [
          {
            path: `${path}tools[${index}]`,
            message: `is named ${brief(name)}, as an earlier tool`,
            hint: 'Give each tool of an assistant a name of its own.',
          },
        ],
  )
}

function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) =>
      typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`,
    )
    .join('')
}

function brief(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const written = JSON.stringify(value) ?? String(value)
  return written.length > 60 ? `${written.slice(0, 60)}…` : written
}

/** The setting that was meant, where one is a letter or two away. */
function hintForKey(key: string, known: readonly string[]): string {
  const [best] = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  if (best && best.distance <= 2) return `Did you mean "${best.name}"?`
  return `Settings are ${known.join(', ')}.`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)),
      )
    row = next
  }
  return row[b.length]!
}
