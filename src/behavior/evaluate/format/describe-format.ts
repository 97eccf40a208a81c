/** @file A format in words, for a person to check and correct. */
import { blockNames, showElement } from './elements.ts'
import type { Bounds, FormatElement, FormatPart, FormatSpec, FormatVariant } from './format-spec.ts'
import type { JsonSchema } from './infer-schema.ts'
import { stateRule } from './rules.ts'

/** One sentence or list item per line. */
export function describeFormat(spec: FormatSpec): string[] {
  return [...describe(spec), ...describeOrigin(spec)]
}

type DescriptionTable = {
  [Kind in FormatSpec['kind']]: (spec: Extract<FormatSpec, { kind: Kind }>) => string[]
}

const descriptions: DescriptionTable = {
  json: ({ schema, fenced }) => [
    `Every reply is JSON${fenced ? ' in a code fence' : ''}:`,
    ...describeSchema(schema).map((line) => `- ${line}`),
  ],
  label: ({ labels }) => [
    `Every reply is one of ${labels.length} labels:`,
    ...labels.map(
      ({ label, share }) => `- ${label}${share === undefined ? '' : ` (${percent(share)})`}`,
    ),
  ],
  text: ({ variants, characters }) => [
    ...variants.flatMap((variant, at) => describeVariant(variant, at, variants)),
    ...(characters ? [`A reply has ${showBounds(characters)} characters.`] : []),
  ],
  pattern: ({ pattern, flags }) => [`Every reply matches /${pattern}/${flags}.`],
  rules: ({ rules }) => rules.map((rule) => `Every reply ${stateRule(rule)}.`),
  'any-of': ({ formats }) =>
    formats.flatMap(({ share, format }) => [
      `${percent(share)} of the replies:`,
      ...describe(format),
    ]),
}

function describe<Kind extends FormatSpec['kind']>(
  spec: Extract<FormatSpec, { kind: Kind }>,
): string[] {
  return (descriptions[spec.kind] as (spec: FormatSpec) => string[])(spec)
}

function describeOrigin(spec: FormatSpec): string[] {
  const { learnedFrom, weak } = { learnedFrom: undefined, weak: undefined, ...spec }
  return [
    ...(learnedFrom ? [`${learnedFrom.matching} of ${learnedFrom.replies} replies match.`] : []),
    ...(weak === undefined ? [] : [`This says little: ${weak}.`]),
  ]
}

function describeVariant(
  variant: FormatVariant,
  at: number,
  all: readonly FormatVariant[],
): string[] {
  const title =
    all.length === 1
      ? 'Every reply has, in this order:'
      : `Form ${at + 1} of ${all.length} (${percent(variant.share)} of the replies) has, in this order:`
  return [title, ...variant.parts.flatMap(describePart)]
}

function describePart({ share, elements }: FormatPart): string[] {
  const note = share < 1 ? ` (in ${percent(share)} of them)` : ''
  return elements.map((element) => `- ${describeElement(element)}${note}`)
}

function describeElement(element: FormatElement): string {
  if (element.is !== 'block') return showElement(element)
  const { one, item } = blockNames[element.of]
  return `${one} of ${showBounds(element.items)} ${item}${element.items.max === 1 ? '' : 's'}`
}

function describeSchema(schema: JsonSchema, path = '$'): string[] {
  const { properties, items, anyOf, required } = schema as {
    properties?: Record<string, JsonSchema>
    items?: JsonSchema
    anyOf?: JsonSchema[]
    required?: string[]
  }
  if (anyOf)
    return [
      `${path} is ${anyOf.map(showType).join(' or ')}`,
      ...anyOf.flatMap((one) => inner(one, path)),
    ]
  if (!properties) return [`${path} is ${showType(schema)}`, ...inner(schema, path)]
  const keys = Object.entries(properties).flatMap(([key, own]) => {
    const [first, ...rest] = describeSchema(own, `${path}.${key}`)
    return [`${first}${required?.includes(key) ? '' : ', where present'}`, ...rest]
  })
  return [
    `${path} is ${showType(schema)}`,
    ...keys,
    ...(items ? describeSchema(items, `${path}[]`) : []),
  ]
}

/** What is inside a list or an object that is not itself described. */
function inner(schema: JsonSchema, path: string): string[] {
  if (schema.properties) return describeSchema(schema, path).slice(1)
  return schema.items ? describeSchema(schema.items as JsonSchema, `${path}[]`) : []
}

function showType({ type, enum: values }: JsonSchema): string {
  if (Array.isArray(values))
    return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`
  const name = String(type ?? 'anything')
  return (
    {
      object: 'an object',
      array: 'a list',
      string: 'text',
      integer: 'a whole number',
      number: 'a number',
      boolean: 'true or false',
    }[name] ?? name
  )
}

function showBounds({ min, max }: Bounds): string {
  return min === max ? `${min}` : `${min} to ${max}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
