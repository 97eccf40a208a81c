/** @file Cuts a parsed document into chunks along its structure. */
import type { Block, ParsedDocument } from '../parse/parsed-document.ts'
import type { Chunk, ChunkOptions } from './chunk.ts'
import { type Section, sectionsOf } from './sections.ts'
import { type Unit, unitsOf } from './units.ts'

// About 450 tokens of English: small enough that five fit a prompt with room to answer, large enough that
// most sections of a manual stay in one piece.
const defaultMaxChars = 2_000

/** Chunks are packed to this share of the maximum, which leaves room for the heading line. */
const fillShare = 0.9

// A table or listing says little in parts; three chunks' worth still fits every prompt.
const wholeBlockFactor = 3

// Encoders truncate long before; this bounds what one pathological section can put into the index.
const maxSearchTextChars = 12_000

/**
 * Cuts `document` at its headings and packs the blocks of each section into chunks. Every block lies in
 * exactly one chunk, or its parts do; chunks are ordered and disjoint.
 */
export function chunkDocument(document: ParsedDocument, options: ChunkOptions = {}): Chunk[] {
  const maxChars = options.maxChars ?? defaultMaxChars
  const limits = {
    maxChars: Math.max(1, Math.floor(maxChars * fillShare)),
    maxWholeChars: maxChars * wholeBlockFactor,
  }
  const drafts = sectionsOf(document).flatMap((section) => {
    const units = section.blocks.flatMap((block) => unitsOf(block, document.text, limits))
    return draftChunks(section, pack(units, limits.maxChars), limits.maxChars)
  })
  return drafts.map((draft, ordinal) => ({ ordinal, ...draft }))
}

/** Fills groups evenly: three of 1,300 characters rather than two of 1,800 and a rest of 300. */
function pack(units: Unit[], maxChars: number): Unit[][] {
  const total = units.length === 0 ? 0 : units.at(-1)!.end - units[0]!.start
  const aim = total / Math.ceil(total / maxChars)
  const groups: Unit[][] = []
  for (const unit of units) {
    const group = groups.at(-1)
    const start = group?.[0]?.start ?? unit.start
    const filled = group ? group.at(-1)!.end - start : 0
    if (group && unit.end - start <= maxChars && filled < aim) group.push(unit)
    else groups.push([unit])
  }
  return groups
}

type Draft = Omit<Chunk, 'ordinal'>

function draftChunks(section: Section, groups: Unit[][], maxChars: number): Draft[] {
  const { headingPath, headings } = section
  const opening = openingOf(headings, groups[0]?.[0], maxChars)
  const carried = headings.slice(0, -1).map((heading) => heading.plain)
  return (groups.length > 0 ? groups : [[]]).map((units, index) => {
    const parts = index === 0 ? [...opening, ...units] : units
    const words = [...(index === 0 ? carried : []), ...units.map((unit) => unit.plain)]
    return {
      start: parts[0]!.start,
      end: parts.at(-1)!.end,
      headingPath,
      searchText: [headingPath.join(' > '), ...words].join('\n').slice(0, maxSearchTextChars),
      sentences: units.flatMap((unit) => unit.sentences),
    }
  })
}

/** The headings that a section's first chunk starts with: none beyond a stretch of markup without words. */
function openingOf(headings: Block[], first: Unit | undefined, maxChars: number): Block[] {
  return headings.filter((heading) => !first || first.start - heading.end <= maxChars)
}
