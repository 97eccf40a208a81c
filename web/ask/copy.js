/** @file An answer with its sources as plain text on the clipboard. */

import { el } from '../dom.js'
import { strings } from '../strings.js'

/** @import { AnswerState } from './ask.js' */

/**
 * @param {AnswerState} state
 * @returns {Promise<boolean>} whether the browser let us
 */
export async function copyWithSources({ text, citations }) {
  const sources = [...citations.values()].map(({ marker, title, headingPath, quote, uri }) => {
    const place = [title || strings.untitled, ...headingPath].join(' › ')
    return `[${marker}] ${place} (${uri})\n    “${quote.replace(/\s+/g, ' ')}”`
  })
  return copy(
    [text, ...(sources.length > 0 ? [`${strings.sources}:\n${sources.join('\n')}`] : [])].join(
      '\n\n',
    ),
  )
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyFromField(text)
  }
}

/**
 * The clipboard API is missing on plain HTTP away from localhost; this older way is not.
 *
 * @param {string} text
 */
function copyFromField(text) {
  const focused = document.activeElement
  const field = el('textarea', { value: text, class: 'visually-hidden' })
  document.body.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}
