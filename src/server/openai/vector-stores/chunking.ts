/** @file How files are cut: by headings, paragraphs and sentences, never by a count of tokens. */
import { z } from 'zod'
import { unsupported } from '../shared.ts'

export const chunkingField: z.ZodType<{ type: string } | null | undefined> = z
  .object({ type: z.enum(['auto', 'static']) })
  .nullish()

/** @throws RequestError 400 for anything but `auto` */
export function assertAutomaticChunking(
  ...strategies: ({ type: string } | null | undefined)[]
): void {
  if (strategies.every((strategy) => !strategy || strategy.type === 'auto')) return
  throw unsupported(
    'chunking_strategy',
    'chunking_strategy: chunks follow the headings and paragraphs of a document, not a number of tokens',
    'Leave it out, or send {"type": "auto"}.',
  )
}
