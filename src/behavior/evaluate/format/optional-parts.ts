/** @file Joins forms that differ by one block into a form in which the block is optional. */

/** The keys of the elements of one form, and the number of replies that have it. */
export type Form = { readonly keys: readonly string[]; readonly count: number }

export type JoinedPart = {
  readonly keys: readonly string[]
  count: number
  readonly isOptional: boolean
}

export type JoinedForm = { count: number; readonly parts: readonly JoinedPart[] }

/** The longest forms take in those that they contain. */
export function joinForms(forms: readonly Form[]): JoinedForm[] {
  const waiting = forms.toSorted((a, b) => b.keys.length - a.keys.length)
  const joined: JoinedForm[] = []
  while (waiting.length > 0) {
    const { keys, count } = waiting.shift()!
    let form: JoinedForm = { count, parts: [{ keys, count, isOptional: false }] }
    for (const other of [...waiting]) {
      const wider = takeIn(form, other)
      if (!wider) continue
      form = wider
      waiting.splice(waiting.indexOf(other), 1)
    }
    joined.push(form)
  }
  return joined.sort((a, b) => b.count - a.count)
}

function takeIn(form: JoinedForm, other: Form): JoinedForm | undefined {
  for (const parts of [form.parts, ...splits(form)]) {
    const used = partsUsed(parts, other.keys)
    if (!used) continue
    const counted = parts.map((part, at) => ({
      ...part,
      count: part.count + (used.has(at) ? other.count : 0),
    }))
    return { count: form.count + other.count, parts: counted }
  }
  return undefined
}

/** All ways to make a run of required elements optional, short runs first. */
function* splits({ parts, count }: JoinedForm): Generator<JoinedPart[]> {
  const longest = Math.max(...parts.map(({ keys }) => keys.length))
  for (let size = 1; size <= longest; size++)
    for (const [at, { keys, isOptional }] of parts.entries()) {
      if (isOptional) continue
      for (let start = 0; start + size <= keys.length; start++) {
        const [before, after] = [keys.slice(0, start), keys.slice(start + size)]
        const middle = { keys: keys.slice(start, start + size), count, isOptional: true }
        yield parts.toSpliced(at, 1, ...required(before, count), middle, ...required(after, count))
      }
    }
}

function required(keys: readonly string[], count: number): JoinedPart[] {
  return keys.length === 0 ? [] : [{ keys, count, isOptional: false }]
}

/** The parts that spell the keys when the other, optional ones are left out. */
function partsUsed(parts: readonly JoinedPart[], keys: readonly string[]): Set<number> | undefined {
  const walk = (at: number, done: number): number[] | undefined => {
    const part = parts[at]
    if (!part) return done === keys.length ? [] : undefined
    const fits = part.keys.every((key, offset) => keys[done + offset] === key)
    const rest = fits ? walk(at + 1, done + part.keys.length) : undefined
    if (rest) return [at, ...rest]
    return part.isOptional ? walk(at + 1, done) : undefined
  }
  const used = walk(0, 0)
  return used && new Set(used)
}
