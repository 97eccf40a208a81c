/** @file Tables: a caption, row headings, and a dash with its reason where there is no value. */
import { type Content, type Html, html } from './html.ts'

export type Table = {
  readonly caption: string
  readonly head: readonly string[]
  /** The first cell is the heading of its row. */
  readonly rows: readonly (readonly Content[])[]
}

/** It scrolls sideways by itself where the screen is narrow, by keyboard too. */
export function tableOf({ caption, head, rows }: Table): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>${caption}</caption>
      <thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
      <tbody>${rows.map(rowOf)}</tbody>
    </table>
  </div>`
}

/** A long one, behind its caption. */
export function folded(table: Table): Html {
  return html`<details class="data"><summary>${table.caption}</summary>${tableOf(table)}</details>`
}

function rowOf([heading, ...cells]: readonly Content[]): Html {
  return html`<tr><th scope="row">${heading}</th>${cells.map((cell) => html`<td>${isNothing(cell) ? NOTHING : cell}</td>`)}</tr>`
}

const NOTHING = html`<span class="nothing"><span aria-hidden="true">–</span><span class="unseen">not measured</span></span>`

function isNothing(cell: Content): boolean {
  return cell === null || cell === undefined || cell === false || cell === ''
}
