/** @file The formats of rows, and which of them a row has. */
import type { Fields } from '../fields.ts'
import { alpaca } from './alpaca.ts'
import { chat } from './chat.ts'
import type { RowFormat } from './format.ts'
import { promptCompletion } from './prompt-completion.ts'
import { sharegpt } from './sharegpt.ts'

export type FormatName = 'chat' | 'prompt-completion' | 'alpaca' | 'sharegpt'

export const formats: Readonly<Record<FormatName, RowFormat>> = {
  chat,
  'prompt-completion': promptCompletion,
  alpaca,
  sharegpt,
}

export const formatNames = Object.keys(formats) as FormatName[]

/** The format of which the row has every required field, or at least some. */
export function detectFormat(fields: Fields, share: 'every' | 'some'): FormatName | undefined {
  return formatNames.find((name) => formats[name].required[share]((field) => fields.has(field)))
}
