import { describe, expect, it } from 'vitest'
import type { Html } from '../html.ts'
import { linePlot, type Series } from './line-plot.ts'
import { type Row, rowPlot } from './row-plot.ts'

const percent = (share: number): string => `${Math.round(100 * share)} %`

/** The markup of one of the two sizes. */
function picture({ markup }: Html, size: 'wide' | 'narrow' = 'wide'): string {
  return markup.split('<svg').find((part) => part.includes(`"plot ${size}"`))!
}

function rows(...all: Row[]): Html {
  return rowPlot({ alt: 'A plot.', rows: all, axis: 'share', format: percent, shown: [0, 1] })
}

/** Where the tick with this text stands. */
function tickAt(svg: string, text: string): number {
  return Number(new RegExp(`<text class="tick" x="([\\d.]+)"[^>]*>${text}</text>`).exec(svg)![1])
}

describe('rowPlot', () => {
  const bar = { type: 'bar', from: 0, to: 0.4, tone: 'level', says: 'forty' } as const
  const range = { type: 'range', low: 0.2, estimate: 0.4, high: 0.6, tone: 'arm-rag' } as const

  it('draws bars and ranges where the axis says', () => {
    const svg = picture(rows({ label: 'one', numbers: '40 %', marks: [bar, range] }))
    const zero = tickAt(svg, '0 %')
    const [, x, width] = /<rect class="bar level" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(
      svg,
    )!
    expect(Number(x)).toBe(zero)
    expect(Number(x) + Number(width)).toBeCloseTo(tickAt(svg, '40 %'), 1)
    const [, from, to] = /whisker arm-rag" d="M([\d.]+) [\d.]+v8m0-4H([\d.]+)m0-4v8/.exec(svg)!
    expect(Number(from)).toBeCloseTo(tickAt(svg, '20 %'), 1)
    expect(Number(to)).toBeCloseTo(tickAt(svg, '60 %'), 1)
  })

  it('shows a bar that hangs to the left of where it begins', () => {
    const svg = picture(rows({ label: 'x', numbers: '', marks: [{ ...bar, from: 1, to: 0.6 }] }))
    expect(svg).toContain(`x="${tickAt(svg, '60 %')}"`)
    expect(svg).not.toMatch(/width="-/)
  })

  it('keeps marks inside, whatever the values', () => {
    const wild = { ...range, low: -3.7, estimate: 0.1, high: 5.2 }
    const svg = picture(rows({ label: 'wild', numbers: '', marks: [wild] }), 'narrow')
    const places = [...svg.matchAll(/ x="([\d.-]+)"/g)].map(([, x]) => Number(x))
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...places)).toBeLessThanOrEqual(340)
  })

  it('leaves the text of a bar out where it would not fit', () => {
    const narrow = { ...bar, to: 0.01, text: 'a long text' }
    const wide = { ...bar, from: 0, to: 1, text: 'a long text' }
    expect(picture(rows({ label: 'x', numbers: '', marks: [narrow] }))).not.toContain(
      'a long text<',
    )
    expect(picture(rows({ label: 'x', numbers: '', marks: [wide] }))).toContain('a long text<')
  })

  it('is a picture with a sentence, and its texts are inert', () => {
    const hostile = '"><script>alert(1)</script>'
    const plot = rowPlot({
      alt: hostile,
      axis: hostile,
      format: () => hostile,
      rows: [
        { heading: hostile },
        { label: hostile, numbers: hostile, marks: [{ ...bar, says: hostile, text: hostile }] },
      ],
    })
    expect(plot.markup).not.toContain('<script')
    expect(plot.markup).toContain('role="img" aria-label="&quot;&gt;&lt;script&gt;')
  })

  it('draws an axis for no rows at all', () => {
    expect(picture(rows())).toContain('100 %')
  })
})

describe('linePlot', () => {
  const steps: Series = {
    type: 'steps',
    title: 'RAG',
    tone: 'arm-rag',
    steps: [
      { x: 0, y: 1, low: 1, high: 1 },
      { x: 100, y: 0.5, low: 0.3, high: 0.7 },
    ],
  }
  const draw = (series: readonly Series[], kind: 'linear' | 'log' = 'linear'): string =>
    picture(
      linePlot({
        alt: 'A plot.',
        x: { title: 'time', format: (ms) => `${ms} ms`, kind, shown: kind === 'log' ? [1] : [0] },
        y: { title: 'share', format: percent },
        series,
      }),
    )

  it('keeps a value until the next step: nothing is smoothed', () => {
    const [, d] = /<path class="curve arm-rag" d="([^"]+)"/.exec(draw([steps]))!
    const points = d!
      .split(/[ML]/)
      .slice(1)
      .map((point) => point.split(' ').map(Number))
    expect(points).toHaveLength(3)
    expect(points[1]![1]).toBe(points[0]![1])
    expect(points[2]![0]).toBe(points[1]![0])
  })

  it('draws the range of every step as a closed band below the curves', () => {
    const svg = draw([steps])
    expect(svg.indexOf('class="band arm-rag"')).toBeGreaterThan(0)
    expect(svg.indexOf('class="band')).toBeLessThan(svg.indexOf('class="curve'))
    expect(/class="band arm-rag" d="([^"]+)"/.exec(svg)![1]).toMatch(/z$/)
  })

  it('shows shares from 0 to 100 %, however close the values are', () => {
    const place: Series = {
      type: 'place',
      title: 'base',
      tone: 'arm-base',
      step: { x: 3, y: 0.51, low: 0.5, high: 0.52 },
    }
    const svg = draw([place])
    expect(svg).toContain('>0 %</text>')
    expect(svg).toContain('>100 %</text>')
  })

  it('puts values below the first tick of a logarithmic axis at its start', () => {
    const early: Series = { ...steps, steps: [{ x: 1, y: 0.5, low: 0, high: 1 }] }
    expect(draw([early], 'log')).toMatch(/curve arm-rag" d="M54 /)
  })

  it('draws a series without steps as nothing', () => {
    expect(draw([{ ...steps, steps: [] }])).not.toContain('NaN')
  })
})
