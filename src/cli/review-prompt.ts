/** @file Reviewing at the terminal: one candidate after the other, each answer kept at once. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Feedback, ReviewItem } from '../assistant/index.ts'
import { GraftError } from '../errors.ts'
import { count, note, print, printError } from './output.ts'

type Reviewer = Pick<Feedback, 'accept' | 'reject'>

type PromptOptions = {
  show: (item: ReviewItem) => void
  signal: AbortSignal
  input?: NodeJS.ReadableStream
  output?: NodeJS.WritableStream
}

/** Whether to go on, and whether something was decided. */
type Step = 'decided' | 'skipped' | 'again' | 'quit'

const CHOICES = 'accept, edit, reject, skip or quit? [a/e/r/s/q] '

/** Shows each candidate and asks what becomes of it; what is decided is saved before the next one is shown. */
export async function reviewInteractively(
  items: readonly ReviewItem[],
  reviewer: Reviewer,
  { show, signal, input = process.stdin, output = process.stdout }: PromptOptions,
): Promise<void> {
  const prompt = createInterface({ input, output })
  const ended = new AbortController()
  // The end of the input, which would leave a question open for ever.
  prompt.once('close', () => ended.abort())
  // On a terminal, Ctrl-C comes as a key and not as a signal.
  prompt.on('SIGINT', () => process.emit('SIGINT'))
  const stop = AbortSignal.any([signal, ended.signal])
  const question = (): Promise<string> => prompt.question(CHOICES, { signal: stop })
  let decided = 0
  try {
    for (const [index, item] of items.entries()) {
      print(`\n${index + 1} of ${items.length}`)
      show(item)
      const step = await askUntilDecided(item, reviewer, question)
      if (step === 'decided') decided++
      if (step === 'quit') break
    }
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    prompt.close()
  }
  note(`${count(decided, 'candidate')} reviewed`)
}

async function askUntilDecided(
  item: ReviewItem,
  reviewer: Reviewer,
  question: () => Promise<string>,
): Promise<Step> {
  let step: Step = 'again'
  while (step === 'again') {
    const answer = (await question()).trim().toLowerCase()
    const choice = choices[answer.slice(0, 1)]
    step = choice ? await attempt(() => choice(item, reviewer)) : 'again'
  }
  return step
}

const choices: Record<string, (item: ReviewItem, reviewer: Reviewer) => Promise<Step>> = {
  async a({ id }, reviewer) {
    await reviewer.accept(id)
    return 'decided'
  },
  async e({ id, reply }, reviewer) {
    await reviewer.accept(id, edited(reply ?? ''))
    return 'decided'
  },
  async r({ id }, reviewer) {
    await reviewer.reject(id)
    return 'decided'
  },
  s: async () => 'skipped',
  q: async () => 'quit',
}

/** What cannot be done is said, and asked again. */
async function attempt(choice: () => Promise<Step>): Promise<Step> {
  try {
    return await choice()
  } catch (error) {
    if (!(error instanceof GraftError)) throw error
    printError(error)
    return 'again'
  }
}

/** The text as the reviewer's own editor leaves it. @throws GraftError `no_editor` */
function edited(text: string): string {
  const editor = process.env.VISUAL ?? process.env.EDITOR
  if (!editor)
    throw new GraftError('no_editor', 'neither VISUAL nor EDITOR is set', {
      hint: 'Set EDITOR, or accept it with: graft feedback review --edit ID --reply FILE',
    })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-review-'))
  const file = path.join(folder, 'reply.md')
  try {
    writeFileSync(file, text)
    const { status } = spawnSync(`${editor} "${file}"`, { shell: true, stdio: 'inherit' })
    if (status !== 0)
      throw new GraftError('no_editor', `${editor} ended with ${status}`, {
        hint: 'The reply is as it was; choose again.',
      })
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
