/** @file Candidates for questions out of what users really asked; what is right is for a person to say. */
import type { Traces } from '../../assistant/index.ts'
import type { Reader } from '../../knowledge/index.ts'
import type { DraftQuestion } from './draft-questions.ts'
import { plain } from './plain.ts'

export type TraceDraftOptions = {
  readonly reader: Reader
  /** Default 40. */
  readonly count?: number
}

/** Traces that are looked through at most. */
const LOOKED_THROUGH = 500

/** The newest questions, each once, with the sources that the answer cited. */
export async function draftFromTraces(
  traces: Pick<Traces, 'list' | 'get'>,
  { reader, count = 40 }: TraceDraftOptions,
): Promise<DraftQuestion[]> {
  const listed = await traces.list(reader, { limit: LOOKED_THROUGH })
  const asked = new Map<string, (typeof listed)[number]>()
  for (const trace of listed) {
    const key = plain(trace.question ?? '')
    if (key !== '' && !asked.has(key)) asked.set(key, trace)
  }
  const drafts: DraftQuestion[] = []
  for (const { id, question, outcome } of [...asked.values()].slice(0, count)) {
    drafts.push({
      id,
      question: question!,
      kind: 'answerable',
      gold: [],
      sources: citedSources(await traces.get(id, reader)),
      confirmed: false,
      note: `a user asked this and it was ${outcome}; write what is right`,
    })
  }
  return drafts
}

function citedSources({ citations, evidence }: Awaited<ReturnType<Traces['get']>>): string[] {
  const cited = new Set(citations.map(({ versionId }) => versionId))
  const uris = (evidence?.sentences ?? []).flatMap(({ versionId, sentence }) =>
    sentence && cited.has(versionId) ? [sentence.uri] : [],
  )
  return [...new Set(uris)]
}
