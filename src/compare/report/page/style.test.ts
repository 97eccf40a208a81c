import { describe, expect, it } from 'vitest'
import { armNames } from '../../arms/arm.ts'
import { failureReasons } from '../../result.ts'
import { style } from './style.ts'

type Scheme = 'light' | 'dark'

/** The colours of a property, by the rule or variable that sets it. */
function colour(pattern: string): Record<Scheme, string> {
  const found = new RegExp(`${pattern}light-dark\\((#\\w+), (#\\w+)\\)`).exec(style)
  if (!found) throw new Error(`no colour for ${pattern}`)
  return { light: found[1]!, dark: found[2]! }
}

/** Relative luminance, as WCAG 2 defines it. */
function luminance(hex: string): number {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((d) => d + d) : hex.match(/\w\w/g)!
  const [r, g, b] = digits.map((pair) => {
    const share = Number.parseInt(pair, 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

const variable = (name: string): Record<Scheme, string> => colour(`--${name}: `)
const tone = (name: string): Record<Scheme, string> => colour(`\\.${name} \\{ --tone: `)
/** Bars that hold text, and bars whose numbers stand beside them. */
const written = [
  ...armNames.map((arm) => `arm-${arm}`),
  ...failureReasons.map((reason) => `reason-${reason}`),
  'success',
]
const tones = [...written, 'level', 'loss']

describe.each(['light', 'dark'] as const)('the %s colours', (scheme) => {
  it.each([
    ['text', 'page'],
    ['text', 'sunken'],
    ['muted', 'page'],
    ['muted', 'surface'],
    ['muted', 'sunken'],
    ['accent', 'surface'],
    ['accent', 'accent-soft'],
    ['warn', 'warn-soft'],
    ['danger', 'danger-soft'],
  ])('of %s can be read on %s', (text, ground) => {
    expect(contrast(variable(text)[scheme], variable(ground)[scheme])).toBeGreaterThanOrEqual(4.5)
  })

  it.each(tones)('of %s can be seen in plots', (name) => {
    expect(contrast(tone(name)[scheme], variable('surface')[scheme])).toBeGreaterThanOrEqual(3)
  })

  it.each(written)('of text in a bar of %s can be read', (name) => {
    const isDark = new RegExp(`\\.bar-text\\.${name}[ ,]`).test(style)
    const plain = colour('\\.plot \\.bar-text \\{ fill: ')[scheme]
    const text = isDark ? '#10130f' : plain
    expect(contrast(tone(name)[scheme], text)).toBeGreaterThanOrEqual(4.5)
  })
})

describe('the style sheet', () => {
  it('asks for nothing from elsewhere', () => {
    expect(style).not.toMatch(/url\(|@import|@font-face/)
  })
})
