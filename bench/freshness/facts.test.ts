import { describe, expect, it } from 'vitest'
import { givesValue } from './facts.ts'

describe('givesValue', () => {
  it('ignores markup, case, spacing and citation markers', () => {
    expect(givesValue('Cached for **6\n  Hours** at most. [1]', '6 hours')).toBe(true)
  })

  it('takes plain tags for markup, but not a comparison or the attributes of a component', () => {
    expect(givesValue('<b>6</b> hours', '6 hours')).toBe(true)
    expect(givesValue('Small (< 1 KB), used by 3,000+ teams -> read on', '3,000+')).toBe(true)
    expect(givesValue("<Table content={[{ text: 'It defaults to 7.' }]} />", '7')).toBe(true)
  })

  it('finds a value only as a whole', () => {
    expect(givesValue('It listens on port 8000. [1]', '80')).toBe(false)
    expect(givesValue('Version 1.8 is out.', '8')).toBe(false)
    expect(givesValue('11,000 people', '1,000')).toBe(false)
    expect(givesValue('A length of 8, or more.', '8')).toBe(true)
  })

  it('does not take a citation marker for the value', () => {
    expect(givesValue('Its length is sixteen. [7]', '7')).toBe(false)
  })

  it('does not count the value where the other value holds it', () => {
    expect(givesValue('Tier 4 and tier 5 have access.', 'tier 5', 'tier 4 and tier 5')).toBe(false)
    expect(givesValue('Only tier 5 has access.', 'tier 5', 'tier 4 and tier 5')).toBe(true)
  })

  it('finds values that end in a sign', () => {
    expect(givesValue('Trusted by 12,000+ subscribers.', '12,000+')).toBe(true)
    expect(givesValue('Trusted by 12,000 subscribers.', '12,000+')).toBe(false)
  })
})
