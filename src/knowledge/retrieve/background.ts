/** @file How rare words are in English help texts and questions at large: a prior for small corpora. */
import { readFileSync } from 'node:fs'

/** Made by bench/quality/background.ts. */
type Background = { units: number; idf: Map<string, number> }

let background: Background | undefined

function readBackground(): Background {
  if (background) return background
  const file = new URL('../../../assets/background-words.json', import.meta.url)
  const { units, idf } = JSON.parse(readFileSync(file, 'utf8')) as {
    units: number
    idf: Record<string, number>
  }
  background = { units, idf: new Map(Object.entries(idf)) }
  return background
}

/** idf of a stem; what the list does not hold is as rare as a word seen nowhere. */
export function backgroundIdf(term: string): number {
  const { units, idf } = readBackground()
  return idf.get(term) ?? idfOfCount(0, units)
}

/** idf as BM25 computes it (Robertson and Sparck Jones, with the +1 that keeps it positive). */
export function idfOfCount(count: number, of: number): number {
  return Math.log(1 + (of - count + 0.5) / (count + 0.5))
}
