/** @file Labels of classification data: one name each, and enough rows of every one. */
import type { Check, CheckContext } from '../check-context.ts'
import { shown } from '../finding.ts'
import type { Labels } from '../labels.ts'
import { normalise } from '../similarity/shingles.ts'

/** Below this, a label is hardly learned. */
const RARE = 5
/** From this ratio of the most frequent to the least frequent label on, the former is preferred. */
const IMBALANCE = 20

export const checkLabels: Check = (context) => {
  const labels = context.labels()
  if (!labels) return
  reportVariants(labels, context)
  reportRare(labels, context)
  reportImbalance(labels, context)
}

/** "Refund" beside "refund.": the most frequent way of writing wins. */
function reportVariants({ rows, counts }: Labels, { report }: CheckContext): void {
  const usual = new Map<string, string>()
  for (const label of counts.keys()) {
    const key = normalise(label).replaceAll(' ', '')
    if (!usual.has(key)) usual.set(key, label)
  }
  for (const { entry, label } of rows) {
    const known = usual.get(normalise(label).replaceAll(' ', ''))!
    if (known === label) continue
    report('label_variant', entry, {
      path: entry.places.at(-1)!.content,
      message: `${shown(label)} is ${shown(known)} in ${counts.get(known)} other rows`,
      fix: `Write ${shown(known)}.`,
    })
  }
}

function reportRare({ counts }: Labels, { report }: CheckContext): void {
  const rare = [...counts].filter(([, count]) => count < RARE)
  if (rare.length === 0) return
  const listed = rare.slice(0, 8).map(([label, count]) => `${shown(label)} ${count}`)
  const more = rare.length > 8 ? `, and ${rare.length - 8} more` : ''
  report('rare_label', undefined, {
    message: `${rare.length} of ${counts.size} labels have fewer than ${RARE} rows: ${listed.join(', ')}${more}`,
  })
}

function reportImbalance({ counts }: Labels, { report }: CheckContext): void {
  const [most, least] = [[...counts].at(0)!, [...counts].at(-1)!]
  if (most[1] < IMBALANCE * least[1]) return
  report('class_imbalance', undefined, {
    message: `${shown(most[0])} has ${most[1]} rows, ${shown(least[0])} has ${least[1]}`,
  })
}
