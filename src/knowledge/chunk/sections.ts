/** @file Groups the blocks of a document under their headings. */
import type { Block, ParsedDocument } from '../parse/parsed-document.ts'

export type Section = {
  headingPath: string[]
  /** Headings that open the section: childless empty ones before it, then its own. */
  headings: Block[]
  blocks: Block[]
}

/**
 * Cuts a document at its headings. A heading over subsections only is part of their paths; a heading over
 * nothing at all goes with the section that follows, or the last one, so that its words are found.
 */
export function sectionsOf({ title, blocks }: ParsedDocument): Section[] {
  const path: Block[] = []
  const open = (headings: Block[]): Section => ({
    headingPath: withTitle(title, path),
    headings,
    blocks: [],
  })
  const sections: Section[] = []
  let current = open([])
  for (const block of blocks) {
    if (block.kind !== 'heading') {
      current.blocks.push(block)
      continue
    }
    const carried = close(current, sections, block)
    while (path.length > 0 && path.at(-1)!.depth! >= block.depth!) path.pop()
    path.push(block)
    current = open([...carried, block])
  }
  finish(current, sections)
  return sections
}

/** Keeps a section that has a body; otherwise returns the headings that the next one takes over. */
function close(section: Section, sections: Section[], next: Block): Block[] {
  if (section.blocks.length > 0) {
    sections.push(section)
    return []
  }
  const own = section.headings.at(-1)
  return own && next.depth! > own.depth! ? section.headings.slice(0, -1) : section.headings
}

function finish(section: Section, sections: Section[]): void {
  const last = sections.at(-1)
  if (section.blocks.length > 0 || (!last && section.headings.length > 0)) sections.push(section)
  else if (last) last.blocks.push(...section.headings)
}

function withTitle(title: string, path: Block[]): string[] {
  const headings = path.map((heading) => heading.plain)
  return headings[0]?.toLowerCase() === title.trim().toLowerCase() ? headings : [title, ...headings]
}
