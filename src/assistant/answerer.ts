/** @file What turns a question and its evidence into an answer: a language model, or quoting alone. */
import type { Evidence } from '../knowledge/index.ts'
import type { Answer, AskEvent, ConversationTurn, VerificationPolicy } from './events.ts'

export type AnswerRequest = {
  question: string
  evidence: Evidence
  /** The stored text of every version that the evidence names, by version id; quotes are checked against it. */
  versionTexts: ReadonlyMap<string, string>
  /** Earlier turns, oldest first, without the current question. */
  history?: readonly ConversationTurn[]
  /** Hosts that the answer may link to, besides those that its sources come from. */
  linkHosts?: readonly string[] | undefined
  signal?: AbortSignal | undefined
  /** Told what is known of the call of the model, as it becomes known: for the trace. */
  onCall?: (known: Partial<ModelCall>) => void
}

/** What a request asks to answer. */
export type ModelChoice = {
  /** An id of `AnswerModels.list`. Default `graft`, the model that the configuration asks for. */
  model?: string | undefined
  /** Put behind the house's own instructions. `graft/quoting` writes nothing and has no use for them. */
  instructions?: string | undefined
}

/** What shapes an answer besides its evidence. */
export type AnswerSettings = {
  /** The model's name, without its adapter. */
  model: string
  policy: VerificationPolicy
  abstention: string
  instructions?: string
  /** As configured, such as `support@production`. */
  adapter?: string
}

/** What a model was asked, and which one it was. */
export type ModelCall = {
  /** As the provider names what answered: the version behind an alias. */
  servedModel: string
  /** The version of the adapter that took part: `support:3`. */
  adapter: string
  /** SHA-256 of what the model reads: token ids, or the JSON of the messages. */
  promptSha256: string
  temperature: number
  maxOutputTokens: number
}

/** The part of an answer that an answerer knows; the caller adds question, query, model and timings. */
export type AnswerBody = Pick<
  Answer,
  'answer' | 'abstained' | 'citations' | 'verdicts' | 'droppedReferences' | 'usage' | 'output'
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
