/** @file Texts without case, punctuation and markup: two that differ in these alone are one. */
import { contentOf } from '../facts/content.ts'

export function plain(text: string): string {
  return contentOf(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
