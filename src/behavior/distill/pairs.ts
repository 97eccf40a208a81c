/** @file Replies that there are already, from a model or people under the long prompt, as examples without it. */
import { type ExampleSet, entriesOf } from '../examples/example.ts'
import { writeRows } from './distilled-file.ts'

export type PairsResult = {
  readonly output: string
  readonly rows: number
  /** Lines that were left out: their system message is another one. */
  readonly otherPrompt: readonly number[]
}

/** Leaves out the prompt where it stands in the examples; other fields of the rows are kept. */
export async function distillPairs(
  set: ExampleSet,
  { prompt, output }: { prompt: string; output: string },
): Promise<PairsResult> {
  const otherPrompt: number[] = []
  const rows = entriesOf(set).flatMap(({ example: { line, messages, tools, extra } }) => {
    const [first, ...rest] = messages
    const hasSystem = first?.role === 'system'
    if (hasSystem && plain(first.content ?? '') !== plain(prompt)) {
      otherPrompt.push(line)
      return []
    }
    return [{ messages: hasSystem ? rest : messages, ...(tools && { tools }), ...extra }]
  })
  await writeRows(output, rows)
  return { output, rows: rows.length, otherPrompt }
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
