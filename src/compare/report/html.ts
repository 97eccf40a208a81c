/** @file Markup that is safe by construction: whatever is put into a template is escaped, unless it is markup. */

/** Made by `html` alone, so that no text of a question or an answer can pass for it. */
export type Html = { readonly markup: string }

export type Content = Html | string | number | null | undefined | false | readonly Content[]

/**
 * Text is escaped for elements and quoted attributes; numbers have two decimals at most, so that the same
 * plot has the same bytes everywhere; null, undefined and false are left out. Line breaks of the template
 * are for its reader: beside a tag or a value they are nothing, in text a space.
 *
 * @throws Error where a number is not finite: a plot that shows it would be wrong
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  const parts = strings.map((text, at) => markupOf(values[at - 1]) + withoutLayout(text))
  return { markup: parts.join('') }
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function withoutLayout(text: string): string {
  return text.replace(/(^|>)\s*\n\s*|\s*\n\s*(?=<|$)/g, '$1').replace(/\s*\n\s*/g, ' ')
}

function markupOf(value: Content): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number') return coordinate(value)
  return 'markup' in value ? value.markup : value.map(markupOf).join('')
}

function coordinate(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`internal: ${value} in a report`)
  // Adding zero turns -0 into 0.
  return String(Math.round(value * 100) / 100 + 0)
}
