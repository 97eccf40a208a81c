/** @file Evidence with the results of tools before what was found: they were asked for by name. */
import type { Evidence } from '../../knowledge/index.ts'
import type { ToolSource } from './result-store.ts'

/** Of all results together; a small model reads six sentences. */
const MAX_SENTENCES = 24

export function withToolSources(evidence: Evidence, sources: readonly ToolSource[]): Evidence {
  const told = sources
    .flatMap(({ sentences }) => sentences)
    .slice(0, MAX_SENTENCES)
    .map((sentence, index) => ({ ...sentence, number: index + 1 }))
  if (told.length === 0) return evidence
  const found = evidence.sentences.map((one) => ({ ...one, number: one.number + told.length }))
  return {
    ...evidence,
    sentences: [...told, ...found],
    ranking: [
      ...told.map(({ number }) => number),
      ...evidence.ranking.map((number) => number + told.length),
    ],
    sufficient: true,
  }
}
