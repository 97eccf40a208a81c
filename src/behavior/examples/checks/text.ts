/** @file The characters of texts: blanks at the ends, mojibake, control characters and control tokens. */
import type { Check } from '../check-context.ts'
import { shown } from '../finding.ts'
import { type PlacedText, textsOf } from '../texts.ts'
import { findMojibake } from './mojibake.ts'

/** Control tokens of common chat templates. `<s>` is left to tokenizers that have it: it is HTML as well. */
const commonTokens =
  /<\|[a-z][a-z0-9_]*\|>|<(?:start|end)_of_turn>|\[\/?INST\]|<<\/?SYS>>|<\/s>|<｜[^｜<>]{1,30}｜>/i

/** Also the zero-width blank and the marks that turn the direction of text. */
const controlCharacter = /(?![\t\n\r])[\p{Cc}\u200b\u202a-\u202e\u2066-\u2069\ufeff]/u

export const checkText: Check = ({ entries, tokenizer, report }) => {
  const special = tokenizer?.specialTokens ?? []
  for (const entry of entries) {
    for (const placed of textsOf(entry)) {
      const { text, path } = placed
      const token = commonTokens.exec(text)?.[0] ?? special.find((each) => text.includes(each))
      if (token !== undefined)
        report('control_token', entry, { path, message: `the text contains ${token}` })
      const control = controlCharacter.exec(text)?.[0]
      if (control !== undefined)
        report('control_character', entry, {
          path,
          message: `the text contains ${codePoint(control)} near ${around(text, control)}`,
        })
      if (!text.isWellFormed())
        report('invalid_encoding', entry, {
          path,
          message: 'the text contains half of a surrogate pair',
          fix: 'Write characters beyond U+FFFF as both halves, or directly.',
        })
      const garbled = findMojibake(text)
      if (garbled)
        report('mojibake', entry, {
          path,
          message: `${shown(garbled.found)} was probably ${shown(garbled.meant)}`,
        })
      if (entry.isSound && isPadded(placed))
        report('surrounding_whitespace', entry, {
          path,
          message: `the text ${text.trimStart() === text ? 'ends' : 'starts'} with blanks`,
          isFixable: true,
        })
    }
  }
}

/** Blanks around text; text of nothing else is reported as empty. */
function isPadded({ text, message }: PlacedText): boolean {
  return text === message.content && text.trim() !== text && text.trim() !== ''
}

function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}

function around(text: string, part: string): string {
  const at = text.indexOf(part)
  return shown(text.slice(Math.max(0, at - 15), at + 15))
}
