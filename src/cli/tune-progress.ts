/** @file What a tuning job is doing, on a terminal: stage, counts, loss and time left. */
import type { TaskKind, TuneEvent, TuneStage } from '../behavior/index.ts'
import { count, dim, note, seconds } from './output.ts'

export type TuneProgress = { show(event: TuneEvent): void; end(): void }

const TITLES: Record<TuneStage, string> = {
  check: 'checking the examples',
  context: 'finding the evidence of each example',
  sweep: 'trying learning rates',
  train: 'training',
  evaluate: 'evaluating on held-out examples',
  register: 'registering',
}

const TASKS: Record<TaskKind, string> = {
  reply: 'the task: replies, judged by form, facts and voice',
  label: 'the task: labels, judged by accuracy and macro-F1',
  json: 'the task: JSON, judged by exact match and F1 over fields',
  'tool-calls': 'the task: calls of tools, judged by tool and arguments',
}

const REDRAW_MS = 100

export function createTuneProgress(stream: NodeJS.WriteStream = process.stderr): TuneProgress {
  let drawn = 0
  let live = false
  const clear = (): void => {
    if (live) stream.write('\r\u001b[K')
    live = false
  }
  const line = (text: string): void => {
    clear()
    note(text)
  }
  const redraw = (text: string): void => {
    const now = performance.now()
    if (!stream.isTTY || now - drawn < REDRAW_MS) return
    drawn = now
    live = true
    stream.write(`\r\u001b[K${text}`)
  }
  return {
    show(event) {
      const shown = describe(event)
      if (shown === undefined) return
      shown.live ? redraw(shown.text) : line(shown.text)
    },
    end: clear,
  }
}

function describe(event: TuneEvent): { text: string; live: boolean } | undefined {
  const lasting = (text: string): { text: string; live: boolean } => ({ text, live: false })
  if (event.type === 'stage') return lasting(`${TITLES[event.stage]} ...`)
  if (event.type === 'checked') {
    const { error, warning } = event.report.counts
    return lasting(dim(`  ${count(error, 'error')}, ${count(warning, 'warning')}`))
  }
  if (event.type === 'split')
    return lasting(
      dim(`  ${event.train} to train, ${event.validation} to validate, ${event.test} held out`),
    )
  if (event.type === 'task') return lasting(dim(`  ${TASKS[event.task]}`))
  if (event.type === 'grounding') return lasting(dim(`  ${groundingText(event.counts)}`))
  if (event.type === 'rate') {
    const loss = event.validationLoss?.toFixed(3) ?? 'unknown'
    return lasting(dim(`  rate ${event.learningRate}: validation loss ${loss}`))
  }
  if (event.type === 'progress') return { text: `  ${event.done}/${event.of}`, live: true }
  if (event.type === 'training' && event.event.type === 'log')
    return lasting(dim(`  ${event.event.text}`))
  if (event.type === 'training' && event.event.type === 'step') {
    const { step, steps, loss, tokensPerSecond, secondsLeft } = event.event
    const left = seconds(secondsLeft * 1000)
    const speed = `${Math.round(tokensPerSecond)} tok/s`
    return {
      text: `  step ${step}/${steps}  loss ${loss.toFixed(3)}  ${speed}  ${left} left`,
      live: true,
    }
  }
  return undefined
}

function groundingText({
  quotes = 0,
  declines = 0,
  ungrounded = 0,
  none = 0,
}: Readonly<Partial<Record<'quotes' | 'declines' | 'ungrounded' | 'none', number>>>): string {
  if (none > 0) return 'no documents: the replies are learned as they are'
  const warning =
    ungrounded > 0
      ? `; ${ungrounded} neither quote nor decline, so their facts would be learned by heart`
      : ''
  return `${quotes} quote the documents, ${declines} decline${warning}`
}
