/** @file What an export can be asked for, and which format takes which option. */
import { BehaviorError } from '../errors.ts'

const exportFormats = ['peft', 'gguf', 'merged', 'ollama'] as const
export type ExportFormat = (typeof exportFormats)[number]

const ggufTypes = ['f32', 'f16'] as const
export type GgufExportType = (typeof ggufTypes)[number]

const mergedDtypes = ['f32', 'f16', 'bf16'] as const
export type MergedDtype = (typeof mergedDtypes)[number]

export type ExportOptions = {
  /** Default `peft`. */
  readonly format?: ExportFormat
  /** Numbers in GGUF files. Default f32 for an adapter alone, f16 for a model. */
  readonly type?: GgufExportType
  /** Numbers of a merged folder. Default: those of the base. */
  readonly dtype?: MergedDtype
  /** GGUF: the base in a file of its own beside the adapter. Default false. */
  readonly withBase?: boolean
  /** System message of the Modelfile. Default: none. */
  readonly system?: string
  /** Replace an earlier export. Default false. */
  readonly force?: boolean
  readonly signal?: AbortSignal
  readonly onEvent?: (event: ExportEvent) => void
}

export type ExportStage = 'reference' | 'write' | 'verify'

export type ExportEvent =
  | { readonly type: 'stage'; readonly stage: ExportStage }
  /** Tensors read from the base. */
  | { readonly type: 'progress'; readonly done: number; readonly of: number }

const formatOptions: Record<'type' | 'dtype' | 'withBase' | 'system', ExportFormat[]> = {
  type: ['gguf', 'ollama'],
  dtype: ['merged'],
  withBase: ['gguf', 'ollama'],
  system: ['ollama'],
}

const values = { format: exportFormats, type: ggufTypes, dtype: mergedDtypes }

/** @throws BehaviorError `invalid_option` for an unknown value, or an option that the format does not have */
export function assertExportOptions(options: ExportOptions): void {
  for (const [name, known] of Object.entries(values)) {
    const value = options[name as keyof typeof values]
    if (value !== undefined && !(known as readonly string[]).includes(value))
      throw new BehaviorError('invalid_option', `there is no ${name} "${value}"`, {
        hint: `Choose one of ${known.join(', ')}.`,
      })
  }
  const { format = 'peft', system } = options
  for (const [name, formats] of Object.entries(formatOptions))
    if (options[name as keyof typeof formatOptions] && !formats.includes(format))
      throw new BehaviorError('invalid_option', `the format ${format} takes no "${name}"`, {
        hint: `"${name}" belongs to ${formats.join(' and ')}; leave it out, or choose another format.`,
      })
  if (system?.includes('"""'))
    throw new BehaviorError('invalid_option', 'the system message has three quotes in a row', {
      hint: 'A Modelfile ends texts with them: write the message without.',
    })
}
