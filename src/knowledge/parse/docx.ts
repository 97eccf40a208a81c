/** @file DOCX: the document's styles become headings, lists and tables by way of HTML. */
import { strFromU8 } from 'fflate'
import mammoth from 'mammoth'
import { htmlDocument } from './html.ts'
import type { MetadataValue, ParsedDocument, ParseInput } from './parsed-document.ts'
import { repack, unpackSafely } from './zip.ts'

/** Parses a Word document; the stored text is Markdown. */
export async function parseDocx(input: ParseInput): Promise<ParsedDocument> {
  // Pictures say nothing to a text index and are most of the bytes.
  const files = unpackSafely(input.bytes, input.name, (path) => !path.startsWith('word/media/'))
  const buffer = Buffer.from(repack(files))
  const { value: html } = await mammoth.convertToHtml({ buffer }, { convertImage: withoutPictures })
  const { title, ...metadata } = readProperties(files['docProps/core.xml'])
  const document = htmlDocument(html, input.name)
  return {
    ...document,
    title: title ?? document.title,
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    metadata,
  }
}

const withoutPictures = mammoth.images.imgElement(async () => ({ src: '' }))

/** Names in the core properties and what they are called here. */
const properties = {
  'dc:title': 'title',
  'dc:creator': 'author',
  'dc:description': 'description',
  'dcterms:modified': 'modified',
}

function readProperties(
  xml: Uint8Array | undefined,
): Record<string, MetadataValue> & { title?: string } {
  const source = xml ? strFromU8(xml) : ''
  return Object.fromEntries(
    Object.entries(properties).flatMap(([tag, name]) => {
      const value = new RegExp(`<${tag}\\b[^>]*>([^<]*)</${tag}>`).exec(source)?.[1]?.trim()
      return value ? [[name, decodeEntities(value)]] : []
    }),
  )
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decodeEntities(xml: string): string {
  return xml.replace(/&(amp|lt|gt|quot|apos);/g, (_match, name: string) => entities[name]!)
}
