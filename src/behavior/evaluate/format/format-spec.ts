/** @file What a house format is, as data: learned from replies or written by hand, stored as JSON. */
import type { JsonSchema } from './infer-schema.ts'
import type { FormatRule } from './rules.ts'

/**
 * A format: JSON after a schema, a label of a closed set, text after a skeleton of lines, a regular
 * expression, a list of rules, or one of several.
 */
export type FormatSpec =
  | JsonFormat
  | LabelFormat
  | TextFormat
  | PatternFormat
  | RulesFormat
  | AnyOfFormat

export type JsonFormat = Learned & {
  kind: 'json'
  schema: JsonSchema
  /** Whether the JSON stands in a Markdown code fence. */
  fenced: boolean
}

export type LabelFormat = Learned & {
  kind: 'label'
  labels: { label: string; share?: number | undefined }[]
}

export type TextFormat = Learned & {
  kind: 'text'
  variants: FormatVariant[]
  characters?: Bounds | undefined
}

export type PatternFormat = { kind: 'pattern'; pattern: string; flags: string }

export type RulesFormat = { kind: 'rules'; rules: FormatRule[] }

export type AnyOfFormat = Learned & {
  kind: 'any-of'
  formats: { share: number; format: Exclude<FormatSpec, AnyOfFormat> }[]
}

type Learned = {
  learnedFrom?: { replies: number; matching: number } | undefined
  /** Why the format accepts nearly anything, where it does. */
  weak?: string | undefined
}

/** One form of a reply, and the share of replies that have it. */
export type FormatVariant = { share: number; parts: FormatPart[] }

/** Elements that come together; a share below 1 makes them optional. */
export type FormatPart = { share: number; elements: FormatElement[] }

/**
 * A piece of a reply: an empty line, a line of a closed family, a block of marked lines, free paragraphs, or
 * anything at all.
 */
export type FormatElement =
  | { is: 'blank' }
  | { is: 'line'; lines: LinePattern[] }
  | { is: 'block'; of: BlockKind; items: Bounds }
  | { is: 'text' }
  | { is: 'anything' }

/** A fixed line, or one with a fixed beginning and end around a free slot of so many words. */
export type LinePattern = { text: string } | { prefix: string; suffix: string; words: Bounds }

export const blockKinds = ['quote', 'bullets', 'numbered', 'heading', 'code', 'table'] as const
export type BlockKind = (typeof blockKinds)[number]

export type Bounds = { min: number; max: number }
