/** @file The first lessons: finding and repeating tokens that stand earlier in the text. */
import type { TrainingExample } from '../../src/training/index.ts'
import type { Draw } from './draw.ts'

export type Vocabulary = {
  /** Ids that may be drawn: no control tokens. */
  readonly first: number
  readonly size: number
  /** Stands between the parts of an example. */
  readonly separator: number
}

type Lesson = (vocabulary: Vocabulary, draw: Draw) => TrainingExample

const lessons: readonly Lesson[] = [repeat, lookUp, match]

export function copyingExample(vocabulary: Vocabulary, draw: Draw): TrainingExample {
  return draw.one(lessons)(vocabulary, draw)
}

/** A sequence twice; the second time is to be foretold. */
function repeat(vocabulary: Vocabulary, draw: Draw): TrainingExample {
  const sequence = randomTokens(vocabulary, draw, draw.between(8, 48))
  return asExample([vocabulary.separator, ...sequence, vocabulary.separator], sequence)
}

/** Keys with values; then some of the keys, whose values are to be foretold. */
function lookUp(vocabulary: Vocabulary, draw: Draw): TrainingExample {
  const pairs = Array.from({ length: draw.between(3, 10) }, () => ({
    key: randomTokens(vocabulary, draw, 1),
    value: randomTokens(vocabulary, draw, draw.between(1, 4)),
  }))
  const { separator } = vocabulary
  const stated = pairs.flatMap(({ key, value }) => [...key, ...value, separator])
  const asked = draw.some(pairs, 3)
  const tokens = [...stated]
  const mask = stated.map(() => 0)
  for (const { key, value } of asked) {
    tokens.push(...key, ...value, separator)
    mask.push(0, ...value.map(() => 1), 1)
  }
  return { tokens, mask: Uint8Array.from(mask) }
}

/** Numbered bags of words; then some words of one bag, whose number is to be foretold. */
function match(vocabulary: Vocabulary, draw: Draw): TrainingExample {
  const { separator } = vocabulary
  const bags = Array.from({ length: draw.between(2, 6) }, () => ({
    number: randomTokens(vocabulary, draw, 1),
    words: randomTokens(vocabulary, draw, draw.between(6, 16)),
  }))
  const stated = bags.flatMap(({ number, words }) => [...number, ...words, separator])
  const wanted = draw.one(bags)
  const query = draw.some(wanted.words, draw.between(2, 5))
  return asExample([...stated, ...query, separator], wanted.number)
}

function randomTokens({ first, size }: Vocabulary, draw: Draw, count: number): number[] {
  return Array.from({ length: count }, () => draw.between(first, size - 1))
}

function asExample(given: readonly number[], learned: readonly number[]): TrainingExample {
  const mask = [...given.map(() => 0), ...learned.map(() => 1)]
  return { tokens: [...given, ...learned], mask: Uint8Array.from(mask) }
}
