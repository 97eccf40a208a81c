/** @file The table of formats: how each is recognised by name and media type, and what parses it. */
import { parseMarkdown } from './markdown.ts'
import type { Parser } from './parsed-document.ts'
import { parsePlainText } from './plain-text.ts'

export type Format = {
  /** As a reader calls it, for messages. */
  label: string
  /** Whether the file is characters; the others are recognised by their bytes. */
  textual: boolean
  extensions: readonly string[]
  mediaTypes: readonly string[]
  parse: Parser
}

export type FormatName =
  | 'markdown'
  | 'html'
  | 'pdf'
  | 'docx'
  | 'csv'
  | 'json'
  | 'jsonLines'
  | 'sourceCode'
  | 'plainText'

/** PDF, DOCX and HTML bring large libraries, which the first document that needs one loads. */
export const formats: Record<FormatName, Format> = {
  markdown: {
    label: 'Markdown',
    textual: true,
    extensions: words('md mdx markdown mkd mdown qmd'),
    mediaTypes: ['text/markdown', 'text/x-markdown'],
    parse: parseMarkdown,
  },
  html: {
    label: 'HTML',
    textual: true,
    extensions: words('html htm xhtml'),
    mediaTypes: ['text/html', 'application/xhtml+xml'],
    parse: async (input) => (await import('./html.ts')).parseHtml(input),
  },
  pdf: {
    label: 'PDF',
    textual: false,
    extensions: ['pdf'],
    mediaTypes: ['application/pdf'],
    parse: async (input) => (await import('./pdf.ts')).parsePdf(input),
  },
  docx: {
    label: 'DOCX',
    textual: false,
    extensions: ['docx'],
    mediaTypes: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    parse: async (input) => (await import('./docx.ts')).parseDocx(input),
  },
  csv: {
    label: 'CSV',
    textual: true,
    extensions: words('csv tsv'),
    mediaTypes: ['text/csv', 'text/tab-separated-values'],
    parse: async (input) => (await import('./csv.ts')).parseCsv(input),
  },
  json: {
    label: 'JSON',
    textual: true,
    extensions: words('json jsonl ndjson geojson ipynb'),
    mediaTypes: ['application/json', 'text/json', 'application/ld+json'],
    parse: async (input) => (await import('./json.ts')).parseJson(input),
  },
  jsonLines: {
    label: 'JSON lines',
    textual: true,
    extensions: [],
    mediaTypes: ['application/jsonl', 'application/x-ndjson', 'application/jsonlines'],
    parse: async (input) => (await import('./json.ts')).parseJsonLines(input),
  },
  sourceCode: {
    label: 'source code',
    textual: true,
    extensions: words(
      'ts tsx mts cts js jsx mjs cjs vue svelte py pyi go rs java kt kts scala groovy c h cc cpp cxx hpp hh cs fs swift m mm rb php pl pm lua r jl hs elm ex exs erl clj dart zig nim sh bash zsh fish ps1 bat sql css scss sass less graphql gql proto tf hcl xml xsd wsdl dockerfile makefile cmake gradle',
    ),
    mediaTypes: words('text/javascript application/javascript text/x-python text/css'),
    parse: async (input) => (await import('./source-code.ts')).parseSourceCode(input),
  },
  plainText: {
    label: 'plain text',
    textual: true,
    extensions: words(
      'txt text rst adoc asciidoc org tex log yaml yml toml ini cfg conf env properties srt vtt diff patch',
    ),
    // "text/plain" is what servers call everything; the name says more.
    mediaTypes: [],
    parse: parsePlainText,
  },
}

function words(list: string): readonly string[] {
  return list.split(' ')
}
