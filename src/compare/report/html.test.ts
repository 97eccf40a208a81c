import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html } from './html.ts'

describe('html', () => {
  it('escapes text, keeps markup, leaves out what is missing', () => {
    const inner = html`<b>${'a < b & "c"'}</b>`
    expect(html`<p title="${`'"`}">${inner}${null}${undefined}${false}${[1, 'x']}</p>`.markup).toBe(
      '<p title="&#39;&quot;"><b>a &lt; b &amp; &quot;c&quot;</b>1x</p>',
    )
  })

  it('never lets a text begin a tag, end an attribute or begin an entity', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>"\'&;ab/=\n ') }), (text) => {
        const { markup } = html`${text}`
        expect(markup).not.toMatch(/[<>"']/)
        expect(markup.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
      }),
    )
  })

  it('does not take an object of a result for markup', () => {
    const { markup } = html`${JSON.parse('"{\\"markup\\": \\"<script>\\"}"') as string}`
    expect(markup).not.toContain('<')
  })

  it('takes line breaks of the template away, and leaves those of values', () => {
    const { markup } = html`<p>
      ${'one\ntwo'}
      <i>in
      text</i>
    </p>`
    expect(markup).toBe('<p>one\ntwo<i>in text</i></p>')
  })

  it('writes numbers with two decimals at most, and no negative zero', () => {
    expect(html`${1 / 3} ${-0.001} ${1e6}`.markup).toBe('0.33 0 1000000')
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (value) => {
    expect(() => html`${value}`).toThrow('internal')
  })
})
