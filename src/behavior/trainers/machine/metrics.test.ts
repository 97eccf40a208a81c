import { describe, expect, it } from 'vitest'
import { parseMetricsLine } from './metrics.ts'

const step = {
  type: 'step',
  step: 3,
  steps: 10,
  epoch: 1,
  loss: 2.5,
  gradientNorm: 1,
  learningRate: 1e-3,
  tokens: 512,
  tokensPerSecond: 900,
  secondsLeft: 4,
}

describe('a line of a training script', () => {
  it('is a step or a validation where it is all there, also behind a remote terminal', () => {
    expect(parseMetricsLine(`${JSON.stringify(step)}\r`)).toEqual(step)
    const validation = { type: 'validation', step: 3, loss: 2, isBest: true }
    expect(parseMetricsLine(JSON.stringify(validation))).toEqual(validation)
  })

  it.each([
    'Loading the base ...',
    '{"type":"step","step":3}',
    '{"type":"step", "loss": NaN}',
    '{ broken',
  ])('is text otherwise: %s', (text) => {
    expect(parseMetricsLine(text)).toEqual({ type: 'log', text })
  })

  it.each(['', '   ', '{"type":"start","steps":10}', '{"type":"checkpoint","step":3}'])(
    'says nothing to a reader: "%s"',
    (line) => {
      expect(parseMetricsLine(line)).toBeUndefined()
    },
  )
})
