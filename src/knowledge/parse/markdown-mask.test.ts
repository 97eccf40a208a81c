import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskMarkup } from './markdown-mask.ts'

/** The mask with runs of blanks collapsed, for reading. */
function words(text: string): string {
  return maskMarkup(text).replace(/\s+/g, ' ').trim()
}

describe('maskMarkup', () => {
  it.each([
    ['import lines', "import A from 'a'\nimport {\n  B,\n} from 'b'\n\nText", 'Text'],
    [
      'exported objects over blank lines',
      'export const a = {\n  b: 1,\n\n  c: 2,\n}\n\nText',
      'Text',
    ],
    ['exported functions', 'export function F() {\n  return <p>no</p>\n}\n\nText', 'Text'],
    ['JSX with attributes', '<Note title="no" data={{ a: "}" }} {...rest}>Text</Note>', 'Text'],
    ['JSX over several lines', '<Note\n  title="no"\n/>\n\nText', 'Text'],
    ['fragments', '<>Text</>', 'Text'],
    ['HTML comments', 'Text<!-- no\n\nno --> more', 'Text more'],
    ['JSX comments', 'Text {/* no */} more', 'Text more'],
    ['scripts and styles with their content', '<script>no()</script><style>no</style>Text', 'Text'],
    ['heading ids', '# Title {#no}\n', '# Title'],
    ['kramdown attributes', 'Text\n{: .no}\n', 'Text'],
    ['admonition fences', ':::note\nText\n:::', 'Text'],
    ['admonitions with a type and a bracketed title', ':::tip[Title]\n\nText\n\n:::', 'Title Text'],
    ['Liquid tags', '[a]({{ site.url }}{% link b.md %})', '[a]( )'],
  ])('masks %s', (_name, text, expected) => {
    expect(words(text)).toBe(expected)
  })

  it.each([
    ['code spans', 'Use `<div>` and ``{/* ` */}``.'],
    ['fenced code', '```jsx\nimport A from "a"\n<div>{/* x */}</div>\n```'],
    ['fenced code in a list', '- item\n  ~~~\n  <div>\n  ~~~'],
    ['comparisons', 'a < b and c > d, x <3'],
    ['autolinks', 'See <https://example.com>.'],
    ['escaped tags', 'Type \\<div> here.'],
    ['prose that begins like a module', 'import duties are paid.\n\nexport goods need a form.'],
    ['placeholders with an underscore', 'cf push <APP_NAME>'],
  ])('leaves %s alone', (_name, text) => {
    expect(maskMarkup(text)).toBe(text)
  })

  it('turns HTML headings into Markdown headings', () => {
    expect(maskMarkup('<h2 id="a">Title</h2>\nText')).toMatch(/^## +Title\n +\nText$/)
  })

  it('ends a sentence where a block tag stands between words', () => {
    expect(maskMarkup('<td>One</td><td>Two</td>')).toMatch(/^ +One\u2029 +\u2029 +Two\u2029 +$/)
  })

  it('keeps the length of any text', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '</div>',
      '<a b="',
      '"',
      '{',
      '}',
      '{/*',
      '*/}',
      '<!--',
      '-->',
      '`',
      '```',
      '~~~',
      '\n',
      '\n\n',
      ':::note',
      'import ',
      "from 'x'",
      'export const',
      '<h1>',
      '</h1>',
      '<script>',
      '{%',
      '%}',
      '{{',
      '}}',
      '{#id}',
      '\\',
      ' ',
      'word',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 60 }),
        (parts) => {
          const text = parts.join('')
          expect(maskMarkup(text)).toHaveLength(text.length)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
