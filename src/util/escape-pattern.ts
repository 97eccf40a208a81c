/** @file Text as a regular expression that matches it to the letter. */

/** Safe outside of character classes, with the `u` flag and without. */
export function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
