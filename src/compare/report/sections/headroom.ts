/** @file Headroom: a waterfall of right facts from what is perfect down to what is there, and the rest as bars. */
import type { ComparisonResult, HeadroomName, HeadroomPart, Range } from '../../result.ts'
import type { Html } from '../html.ts'
import { type Row, type RowMark, rowPlot } from '../plot/row-plot.ts'
import { absent, bullets, figureOf, sectionOf } from '../section.ts'
import type { Table } from '../table.ts'
import { capital, percent, points, pointsWithRange } from '../words.ts'

type Measured = HeadroomPart & { readonly value: Range }

/** In the order in which they are lost. */
const RIGHT_FACTS: readonly HeadroomName[] = ['read', 'retrieve', 'know']

export function headroomSection({ headroom: { parts, advice } }: ComparisonResult): Html {
  const measured = parts.filter(isMeasured)
  const facts = RIGHT_FACTS.flatMap((name) => measured.filter((part) => part.name === name))
  const others = measured.filter(({ name }) => !RIGHT_FACTS.includes(name))
  const missing = parts.filter((part) => !isMeasured(part))
  return sectionOf({
    id: 'headroom',
    title: 'Where there is something to win',
    lead: 'What better retrieval, another model, form or abstention could add to what is there: the size of the prize, before anything is tuned.',
    content: [
      bullets(advice),
      facts.length > 0 && waterfall(facts),
      others.length > 0 && bars(others),
      missing.length > 0 &&
        absent(
          `Not measured: ${missing.map(({ title, reason }) => `${title} (${reason ?? 'no reason is known'})`).join('; ')}.`,
        ),
    ],
  })
}

function isMeasured(part: HeadroomPart): part is Measured {
  return part.value !== null
}

/** What is reached after each loss; retrieval and knowledge are both counted from the gold sources. */
const reachedAfter: Readonly<Partial<Record<HeadroomName, string>>> = {
  read: 'with the gold sources',
  retrieve: 'with what the search finds',
  know: 'without documents',
}

/** Right facts from all of them downwards: each loss hangs from the level that it is counted from. */
function waterfall(parts: readonly Measured[]): Html {
  const reading = parts.find(({ name }) => name === 'read')?.value.estimate
  const rows = parts.flatMap((part): Row[] => {
    if (reading === undefined) return [rowOf(part, undefined)]
    const from = part.name === 'read' ? 1 : 1 - reading
    const level = levelRow(reachedAfter[part.name]!, from - part.value.estimate)
    return [rowOf(part, from), level]
  })
  return figureOf({
    title: 'Right facts: what is lost, step by step',
    plot: rowPlot({
      alt: `What is lost of the right facts. ${parts.map(sentenceOf).join(' ')}`,
      rows,
      axis: 'share of the answerable questions with right facts',
      format: percent,
      shown: [0, 1],
    }),
    note:
      reading === undefined
        ? 'What the gold sources give was not measured, so the losses are drawn from zero.'
        : 'Red is lost, green is what remains: reading is counted from all questions, retrieval and knowledge from what the gold sources give. Lines are 95 % ranges of the loss.',
    table: tableOfParts('Right facts: what is lost', parts),
  })
}

function levelRow(label: string, reached: number): Row {
  return {
    label,
    numbers: percent(reached),
    marks: [
      { type: 'bar', from: 0, to: reached, tone: 'level', says: `${label}: ${percent(reached)}` },
    ],
  }
}

/** A loss that hangs from a level, or stands on zero; its range is at the moving end. */
function rowOf(part: Measured, from: number | undefined): Row {
  const { estimate, low, high } = part.value
  // A range that hangs may reach beyond what a share can be.
  const place = (loss: number): number =>
    from === undefined ? loss : Math.min(1, Math.max(0, from - loss))
  const marks: RowMark[] = [
    { type: 'bar', from: place(0), to: place(estimate), tone: 'loss', says: sentenceOf(part) },
    {
      type: 'range',
      estimate: place(estimate),
      low: Math.min(place(low), place(high)),
      high: Math.max(place(low), place(high)),
      tone: 'ink',
    },
  ]
  return { label: part.title, numbers: pointsWithRange(part.value), marks }
}

function bars(parts: readonly Measured[]): Html {
  return figureOf({
    title: 'What is missing to the target',
    plot: rowPlot({
      alt: `What is missing to the target. ${parts.map(sentenceOf).join(' ')}`,
      rows: parts.map((part) => rowOf(part, undefined)),
      axis: 'points; below zero there is more than the target',
      format: points,
    }),
    table: tableOfParts('What is missing to the target', parts),
  })
}

function sentenceOf({ title, value }: Measured): string {
  return `${capital(title)}: ${pointsWithRange(value)} points.`
}

function tableOfParts(caption: string, parts: readonly Measured[]): Table {
  return {
    caption,
    head: ['part', 'points (95 % range)', 'questions', 'how it is counted'],
    rows: parts.map(({ title, value, items, formula }) => [
      title,
      pointsWithRange(value),
      items > 0 && items,
      formula,
    ]),
  }
}
