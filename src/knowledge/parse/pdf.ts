/** @file PDF: text with positions, rebuilt into headings and paragraphs; the stored text is that reconstruction. */
import { extractTextItems, getDocumentProxy, getMeta } from 'unpdf'
import { KnowledgeError } from '../errors.ts'
import { humanizeName } from './file-name.ts'
import type { Block, ParsedDocument, ParseInput } from './parsed-document.ts'
import { type PdfParagraph, pdfParagraphs } from './pdf-layout.ts'
import { segmentSentences } from './sentences.ts'

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>

/**
 * Parses the text layer of a PDF.
 * @throws KnowledgeError `encrypted_document` behind a password, `empty_document` for scanned pages.
 */
export async function parsePdf(input: ParseInput): Promise<ParsedDocument> {
  const pdf = await openPdf(input)
  try {
    const { items, totalPages } = await extractTextItems(pdf)
    const paragraphs = pdfParagraphs(items)
    if (paragraphs.length === 0) throw noTextLayer(input.name, totalPages)
    const { title, ...metadata } = await readInfo(pdf)
    const { text, blocks } = layOut(paragraphs)
    const heading = blocks.find((block) => block.kind === 'heading' && block.depth === 1)?.plain
    return {
      title: title ?? heading ?? humanizeName(input.name),
      text,
      mediaType: 'application/pdf',
      blocks,
      metadata: { ...metadata, pageCount: totalPages },
    }
  } finally {
    await pdf.loadingTask.destroy()
  }
}

async function openPdf({ bytes, name }: ParseInput): Promise<PdfDocument> {
  try {
    // PDF.js takes the buffer for itself, hence the copy.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'PasswordException') throw error
    throw new KnowledgeError('encrypted_document', `"${name}" is a PDF behind a password`, {
      hint: 'Save a copy without a password, for example by printing it to a new PDF.',
      cause: error,
    })
  }
}

function noTextLayer(name: string, pages: number): KnowledgeError {
  return new KnowledgeError('empty_document', `"${name}" has ${pages} pages and no text layer`, {
    hint: 'It probably holds scanned images; run text recognition first, for example: ocrmypdf in.pdf out.pdf.',
  })
}

type PdfInfo = { title?: string; author?: string }

async function readInfo(pdf: PdfDocument): Promise<PdfInfo> {
  const { info } = await getMeta(pdf)
  const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
  // Word processors leave the file name there: "Microsoft Word - draft3.doc".
  const title = /^(?:untitled|microsoft word - .*|.*\.(?:docx?|pdf|tex|dvi|indd))$/i.test(
    text(info.Title),
  )
    ? ''
    : text(info.Title)
  const author = text(info.Author)
  return { ...(title && { title }), ...(author && { author }) }
}

const builders: Record<PdfParagraph['kind'], (paragraph: PdfParagraph, start: number) => Block> = {
  heading: ({ text, depth }, start) => ({
    start,
    end: start + depth + 1 + text.length,
    kind: 'heading',
    depth,
    plain: text,
    sentences: [],
  }),
  paragraph: ({ text }, start) => proseBlock('paragraph', text, start, 0),
  'list-item': ({ text }, start) => proseBlock('list-item', text, start, '- '.length),
}

function proseBlock(kind: Block['kind'], text: string, start: number, marker: number): Block {
  const from = start + marker
  const sentences = segmentSentences(text).map((span) => ({
    start: from + span.start,
    end: from + span.end,
  }))
  return { start, end: from + text.length, kind, plain: text, sentences }
}

const prefixes: Record<PdfParagraph['kind'], (paragraph: PdfParagraph) => string> = {
  heading: ({ depth }) => `${'#'.repeat(depth)} `,
  paragraph: () => '',
  'list-item': () => '- ',
}

function layOut(paragraphs: PdfParagraph[]): { text: string; blocks: Block[] } {
  const blocks: Block[] = []
  let text = ''
  for (const paragraph of paragraphs) {
    if (text !== '') text += '\n\n'
    blocks.push(builders[paragraph.kind](paragraph, text.length))
    text += prefixes[paragraph.kind](paragraph) + paragraph.text
  }
  return { text, blocks }
}
