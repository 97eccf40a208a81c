import { describe, expect, it } from 'vitest'
import { evidenceOf } from '../../test/fixtures/evidence.ts'
import { createCitation } from './citation.ts'

const { evidence, versionTexts } = evidenceOf([
  'Refunds take 5 days.',
  'Über 20 € kostet es nichts.',
])
const sentence = evidence.sentences[1]!
const text = versionTexts.get('version-1')!

describe('createCitation', () => {
  it('quotes the version at the offsets, with the hash of the UTF-8 quote', () => {
    expect(createCitation(sentence, 2, text)).toMatchObject({
      marker: 2,
      versionId: 'version-1',
      quote: text.slice(sentence.start, sentence.end),
      unit: 'utf16',
      // printf '%s' 'Über 20 € kostet es nichts.' | sha256sum
      sha256: '446997076a32124ea7ff6de584ec47e39cd5fba797e82ab6ae31a228bb14c5d8',
    })
  })

  it.each([
    ['the text is another', sentence, text.replace('20', '30')],
    ['the text is shorter', sentence, text.slice(0, 30)],
    ['the range is empty', { ...sentence, end: sentence.start, text: '' }, text],
    ['the offsets are off by one', { ...sentence, start: sentence.start + 1 }, text],
    [
      'offsets count from the end',
      { ...sentence, start: sentence.start - text.length, end: -0 },
      text,
    ],
  ])('is undefined when %s', (_, claimed, version) => {
    expect(createCitation(claimed, 1, version)).toBeUndefined()
  })
})
