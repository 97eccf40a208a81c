/** @file Log-probabilities of what the model itself predicts, before anything is adjusted. */

export type TokenLogprob = { token: number; logprob: number }
export type Logprobs = {
  logprob: number
  /** The likeliest tokens of the whole vocabulary, in order; the chosen one need not be among them. */
  topLogprobs: TokenLogprob[]
}

/** The log-softmax of the logits at a token, and at the `top` largest. */
export function logprobsOf(logits: Float32Array, token: number, top: number): Logprobs {
  const tops = largest(logits, Math.max(top, 1))
  const normalizer = logSumExp(logits, logits[tops[0]!]!)
  const logprobAt = (id: number): number => logits[id]! - normalizer
  return {
    logprob: logprobAt(token),
    topLogprobs: tops.slice(0, top).map((id) => ({ token: id, logprob: logprobAt(id) })),
  }
}

/** Ids of the largest values, in order, smaller ids first among equals. */
function largest(values: Float32Array, count: number): number[] {
  const ids: number[] = []
  let least = Number.NEGATIVE_INFINITY
  for (let id = 0; id < values.length; id++) {
    const value = values[id]!
    if (ids.length === count && !(value > least)) continue
    let at = ids.length
    while (at > 0 && values[ids[at - 1]!]! < value) at--
    ids.splice(at, 0, id)
    if (ids.length > count) ids.pop()
    least = values[ids.at(-1)!]!
  }
  return ids
}

function logSumExp(values: Float32Array, max: number): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - max)
  return max + Math.log(sum)
}
