import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  minimumDetectableEffect,
  plannedDesignEffect,
  requiredItems,
  requiredItemsForNonInferiority,
} from './planning.ts'

/** Items for alpha .05 and .0125, at a churn of .04, .10 and .20; made with the formula in Python. */
const table: [difference: number, items: [number, number][]][] = [
  [
    0.03,
    [
      [609, 865],
      [1132, 1608],
      [2004, 2847],
    ],
  ],
  [
    0.05,
    [
      [281, 399],
      [469, 667],
      [783, 1113],
    ],
  ],
  [
    0.08,
    [
      [145, 207],
      [219, 311],
      [342, 486],
    ],
  ],
  [
    0.1,
    [
      [108, 154],
      [155, 221],
      [234, 332],
    ],
  ],
  [
    0.15,
    [
      [64, 92],
      [85, 122],
      [120, 171],
    ],
  ],
  [
    0.2,
    [
      [45, 65],
      [57, 81],
      [77, 109],
    ],
  ],
  [
    0.3,
    [
      [28, 40],
      [33, 47],
      [42, 60],
    ],
  ],
]

describe('requiredItems', () => {
  it.each(table)('gives the planning table for a difference of %d', (difference, items) => {
    const computed = [0.04, 0.1, 0.2].map((churn) =>
      [0.05, 0.0125].map((alpha) => requiredItems(difference, { churn, alpha })),
    )
    expect(computed).toEqual(items)
  })

  it('grows with the design effect', () => {
    const designEffect = plannedDesignEffect(5, 0.3)
    expect(designEffect).toBeCloseTo(2.2, 12)
    expect(requiredItems(0.1)).toBe(155)
    expect(requiredItems(0.1, { designEffect })).toBe(341)
  })
})

describe('minimumDetectableEffect', () => {
  it('turns requiredItems around', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 5_000 }), (items) => {
        const effect = minimumDetectableEffect(items)!
        expect(requiredItems(effect)).toBeLessThanOrEqual(items)
        expect(requiredItems(effect * 0.98)).toBeGreaterThanOrEqual(items)
        expect(minimumDetectableEffect(items + 1)).toBeLessThan(effect)
      }),
    )
  })

  it('sees only differences of about 20 points with 40 questions', () => {
    expect(minimumDetectableEffect(40, { churn: 0.04 })).toBeCloseTo(0.22, 2)
  })

  it('says null where no difference is large enough', () => {
    expect(minimumDetectableEffect(3)).toBeNull()
    expect(minimumDetectableEffect(50, { churn: 1 })).toBeNull()
  })
})

describe('requiredItemsForNonInferiority', () => {
  it('gives the planning table for a churn of .2', () => {
    const items = [0.1, 0.08, 0.05].map((margin) =>
      requiredItemsForNonInferiority(margin, { churn: 0.2 }),
    )
    expect(items).toEqual([124, 194, 495])
  })
})
