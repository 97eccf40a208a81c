/** @file What turns a question and its evidence into an answer: a language model, or quoting alone. */
import type { Evidence } from '../knowledge/index.ts'
import type { Answer, AskEvent, ConversationTurn } from './events.ts'

export type AnswerRequest = {
  question: string
  evidence: Evidence
  /** The stored text of every version that the evidence names, by version id; quotes are checked against it. */
  versionTexts: ReadonlyMap<string, string>
  /** Earlier turns, oldest first, without the current question. */
  history?: readonly ConversationTurn[]
  signal?: AbortSignal | undefined
}

/** The part of an answer that an answerer knows; the caller adds question, query, model and timings. */
export type AnswerBody = Pick<
  Answer,
  'answer' | 'abstained' | 'citations' | 'verdicts' | 'droppedReferences' | 'usage'
>

export type Answerer = {
  /** Name of the model, as traces and the page show it. */
  readonly model: string
  /**
   * Streams the answer's events (never `finish`) and returns its body.
   *
   * @throws AssistantError when the model fails or the signal fires
   */
  answer(request: AnswerRequest): AsyncGenerator<AskEvent, AnswerBody>
  /** Frees what a local model holds. */
  close?(): Promise<void>
}
