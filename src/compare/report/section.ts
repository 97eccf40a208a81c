/** @file The pieces that all sections are made of. */
import type { ArmResult } from '../result.ts'
import { type Content, type Html, html } from './html.ts'
import { marker, type Tone } from './plot/marks.ts'
import { type Table, tableOf } from './table.ts'
import { toneOf } from './words.ts'

export type Section = {
  readonly id: string
  readonly title: string
  /** What it shows and how to read it, before anything else. */
  readonly lead?: string
  readonly content: Content
}

export function sectionOf({ id, title, lead, content }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${lead && html`<p class="lead">${lead}</p>`}
    ${content}
  </section>`
}

export type Figure = {
  readonly title: string
  readonly plot: Html
  /** Names of colours and shapes. */
  readonly legend?: Html
  /** How it was made, and what to beware of. */
  readonly note?: string
  /** The same numbers, for reading and copying. */
  readonly table: Table
}

export function figureOf({ title, plot, legend, note, table }: Figure): Html {
  return html`<figure>
    <figcaption>${title}</figcaption>
    ${legend}
    ${plot}
    ${note && html`<p class="note">${note}</p>`}
    <details class="data"><summary>Table of ${lowered(title)}</summary>${tableOf(table)}</details>
  </figure>`
}

/** What is not measured is said, not drawn. */
export function absent(text: string): Html {
  return html`<p class="absent">${text}</p>`
}

/** The colour, dash and shape of each arm of a plot. */
export function armLegend(arms: readonly Pick<ArmResult, 'arm' | 'title'>[]): Html {
  return legendOf(
    arms.map(({ arm, title }) => ({
      title,
      swatch: html`<svg class="swatch" viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">
        <path class="curve ${toneOf(arm)}" d="M0 7H26"/>
        ${marker(13, 7, { tone: toneOf(arm) })}
      </svg>`,
    })),
  )
}

export function barLegend(entries: readonly { title: string; tone: Tone }[]): Html {
  return legendOf(
    entries.map(({ title, tone }) => ({
      title,
      swatch: html`<svg class="swatch" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
        <rect class="bar ${tone}" width="14" height="14" rx="3"/>
      </svg>`,
    })),
  )
}

function legendOf(entries: readonly { title: string; swatch: Html }[]): Html {
  return html`<ul class="legend">${entries.map(({ title, swatch }) => html`<li>${swatch}${title}</li>`)}</ul>`
}

export function bullets(lines: readonly Content[]): Html | undefined {
  return lines.length === 0
    ? undefined
    : html`<ul class="bullets">${lines.map((line) => html`<li>${line}</li>`)}</ul>`
}

export type Fact = readonly [term: string, value: Content]

export function factList(facts: readonly Fact[]): Html {
  return html`<dl class="facts">
    ${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd dir="auto">${value}</dd></div>`)}
  </dl>`
}

/** Titles are words, except where they begin with an abbreviation. */
function lowered(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}
