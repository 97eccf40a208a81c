/** @file Whether a reply says that it has no answer. */

const DECLINES =
  /\b(?:can(?:no|')t|could(?: not|n't)|do(?:es)?(?: not|n't) (?:cover|know|have|say|mention)|not (?:able|sure|find|found|cover(?:ed)?|available)|no (?:answer|information|page|entry)|unable|sorry|unfortunately|nothing (?:about|on))\b|NO_ANSWER/i

export function declines(text: string): boolean {
  return DECLINES.test(text)
}
