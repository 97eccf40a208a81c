/** @file A trace as someone may see it today: sources opened, text that came from elsewhere kept back. */
import type { Reader } from '../../knowledge/index.ts'
import type { SourceSentence, TraceSources } from './sources.ts'
import { type Trace, type TraceCandidate, type TraceTexts, withoutInstructions } from './trace.ts'

type Place = { title: string; uri: string; headingPath: string[] }

/** A found chunk, with its place where the reader may see it. */
export type CandidateView = TraceCandidate & { source: Place | null }

export type TraceView = Omit<Trace, 'texts' | 'candidates' | 'evidence'> & {
  /** Parts that the reader may not see any more are null. */
  texts: { [Name in keyof TraceTexts]: TraceTexts[Name] | null } | null
  /** Evidence that the reader may no longer see went into the answer, which is therefore not shown. */
  withheld: boolean
  candidates: CandidateView[]
  evidence:
    | (Omit<NonNullable<Trace['evidence']>, 'sentences'> & { sentences: SourceSentence[] })
    | null
  /** Why there was no answer; null where there was one. */
  abstention: string | null
}

/** The owner sees every text; others see the answer only while they may read all that it rests on. */
export function viewTrace(trace: Trace, sources: TraceSources, reader: Reader): TraceView {
  const withheld = isWithheld(sources, reader)
  const { settings } = trace
  return {
    ...trace,
    // House rules are for those who run the house.
    settings: settings && reader.groups !== null ? withoutInstructions(settings) : settings,
    texts: trace.texts && readableTexts(trace, trace.texts, { withheld, reader }),
    withheld,
    candidates: trace.candidates.map((candidate) => {
      const chunk = sources.chunks.get(candidate.chunkId)
      const source = chunk && { title: chunk.title, uri: chunk.uri, headingPath: chunk.headingPath }
      return { ...candidate, source: source ?? null }
    }),
    evidence: trace.evidence && { ...trace.evidence, sentences: sources.sentences },
    droppedReferences: trace.droppedReferences.map(({ reference, reason }) => ({
      reference: withheld ? '' : reference,
      reason,
    })),
    abstention: trace.outcome === 'abstained' ? whyAbstained(trace) : null,
  }
}

/** Whether the reader may no longer read something on which the answer rests. */
export function isWithheld({ sentences }: TraceSources, reader: Reader): boolean {
  return reader.groups !== null && sentences.some(({ state }) => state === 'unavailable')
}

/** Earlier turns rest on documents that the trace does not name; so do the words that complete a question. */
function readableTexts(
  { turns }: Trace,
  { question, query, history, answer }: TraceTexts,
  { withheld, reader }: { withheld: boolean; reader: Reader },
): NonNullable<TraceView['texts']> {
  const isOwner = reader.groups === null
  return {
    question,
    query: isOwner || turns === 0 ? query : null,
    history: isOwner ? history : null,
    answer: withheld ? null : answer,
  }
}

function whyAbstained({ evidence, verdicts, settings }: Trace): string {
  if (!evidence || evidence.sentences.length === 0) return 'nothing was found'
  if (verdicts.some(({ withheld }) => withheld))
    return 'no sentence of the answer had support in the evidence'
  // Of the others, a model decides itself what the evidence is worth.
  const isWeak = !evidence.sufficient && settings?.model.startsWith('graft/')
  return isWeak
    ? `the evidence is too weak: its confidence is ${evidence.confidence.toFixed(2)}`
    : 'the model found no answer in the evidence'
}
