/** @file Whatever a model writes, in whatever pieces: the rendered answer points to no foreign host. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createComposer } from '../../src/assistant/compose.ts'
import { createReferenceStream } from '../../src/assistant/reference-stream.ts'
import { evidenceOf } from '../fixtures/evidence.ts'
import { foreignAddresses } from './rendered-links.ts'

const { evidence, versionTexts } = evidenceOf(['Refunds take 5 days.', 'Fees apply.'])

/** The answer that readers get of what the model writes, which arrives in pieces of `size`. */
function answerOf(written: string, size: number): string {
  const references = createReferenceStream()
  const composer = createComposer({
    sentences: evidence.sentences,
    versionTexts,
    policy: 'off',
    abstention: 'No answer.',
  })
  for (let at = 0; at < written.length; at += size)
    for (const part of references.push(written.slice(at, at + size))) composer.push(part)
  for (const part of references.end()) composer.push(part)
  composer.finish()
  return composer.body({ inputTokens: 0, outputTokens: 0 }).answer
}

const fragments = [
  '[a](',
  '![a](',
  ')',
  ']',
  '[',
  '(',
  '[a]: ',
  '[a]',
  '<',
  '>',
  '](',
  ']:',
  '!',
  '\\',
  '`',
  '``',
  '```',
  '~~~',
  'https:',
  'http:',
  '//',
  '/',
  'www.',
  'evil.example',
  'evil',
  '.example',
  'x',
  ' ',
  '\n',
  '\n\n',
  '    ',
  '> ',
  '- ',
  '1. ',
  '| ',
  '|\n|---|---|\n',
  '[1]',
  '[9]',
  '[[1]]',
  '&colon;',
  '&#47;',
  '&#119;',
  '&Tab;',
  '\u200b',
  'img src=',
  'a href="',
  '"',
  "'",
  'mailto:',
  'javascript:',
  '?q=1',
  '@',
  '#',
  '**',
  '_',
  '^',
  '\t',
  '=',
  ':',
] as const

describe('what a model writes', () => {
  it('points to no foreign host, however fragments of links come together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...fragments), { minLength: 2, maxLength: 24 }),
        fc.integer({ min: 1, max: 12 }),
        (parts, size) => {
          const written = `${parts.join('')} see evil.example`
          expect(foreignAddresses(answerOf(written, size))).toEqual([])
        },
      ),
      { numRuns: 4_000, seed: 20_261_121 },
    )
  })
})
