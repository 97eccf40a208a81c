/** @file Words of questions and sentences, stemmed, for comparison with each other. */
import { stemmer } from 'stemmer'

/** Lower-cased words of letters and digits, in order: `don't` is one word, `v2.1` is `v2` and `1`. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu) ?? []
}

export function stem(word: string): string {
  return stemmer(word.replace(/['’].*$/, ''))
}

export function stems(text: string): Set<string> {
  return new Set(words(text).map(stem))
}
