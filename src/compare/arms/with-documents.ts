/** @file Answers with documents, through the assistant as it is served; the evidence that it saw is noted. */

import type { AnswererSetting } from '../../assistant/index.ts'
import { type Answer, type AskParts, ask, createAnswerer } from '../../assistant/index.ts'
import type { Evidence, Knowledge, Reader } from '../../knowledge/index.ts'
import type { CitedPlace } from '../result.ts'
import type { ArmAnswer, ArmContext } from './arm-context.ts'
import type { FindEvidence } from './evidence-sources.ts'

export type DocumentArm = {
  readonly model: string
  answer(question: string, signal: AbortSignal, find?: FindEvidence): Promise<ArmAnswer>
}

export async function createDocumentArm(
  setting: AnswererSetting,
  { knowledge, reader, findAdapter, base }: ArmContext,
): Promise<DocumentArm> {
  const { answerer, condense } = await createAnswerer(setting, findAdapter, base)
  return {
    model: answerer.model,
    async answer(question, signal, find = knowledge.evidence) {
      let evidence: Evidence | undefined
      const noted: Knowledge = {
        ...knowledge,
        async evidence(query, options) {
          evidence = await find(query, options ?? {})
          return evidence
        },
      }
      const parts: AskParts = { knowledge: noted, answerer, ...(condense && { condense }) }
      const answer = await finalAnswer(question, parts, { ...(reader && { reader }), signal })
      return toArmAnswer(answer, evidence)
    },
  }
}

async function finalAnswer(
  question: string,
  parts: AskParts,
  options: { reader?: Reader; signal: AbortSignal },
): Promise<Answer> {
  for await (const event of ask(question, parts, options))
    if (event.type === 'finish') return event.answer
  throw new Error('internal: the stream ended without an answer')
}

function toArmAnswer(
  { answer, abstained, citations, usage, timings }: Answer,
  evidence: Evidence | undefined,
): ArmAnswer {
  return {
    answer,
    abstained,
    citations: citations.map((citation) => ({ ...placeOf(citation), quote: citation.quote })),
    retrieved: distinct((evidence?.sentences ?? []).map(placeOf)),
    confidence: evidence?.confidence ?? null,
    usage,
    timings,
  }
}

function placeOf({ uri, headingPath }: CitedPlace): CitedPlace {
  return { uri, headingPath: [...headingPath] }
}

function distinct(places: readonly CitedPlace[]): CitedPlace[] {
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()]
}
