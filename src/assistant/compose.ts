/** @file From the parts of a model's output to answer events: citations checked, markers numbered, claims judged. */
import type { EvidenceSentence } from '../knowledge/index.ts'
import { createAnswerLayout, type Segment } from './answer-layout.ts'
import { createAnswerWriter } from './answer-writer.ts'
import type { AnswerBody } from './answerer.ts'
import { createCitation } from './citation.ts'
import type { AskEvent, Citation, DroppedReference, Usage, VerificationPolicy } from './events.ts'
import { createLinkGuard, knownHosts } from './link-guard.ts'
import type { AnswerPart } from './reference-syntax.ts'
import { verifiers } from './verification.ts'

export type ComposerOptions = {
  sentences: readonly EvidenceSentence[]
  /** The stored text of every version that the sentences name, by version id. */
  versionTexts: ReadonlyMap<string, string>
  policy: VerificationPolicy
  /** What the answer says when there is none. */
  abstention: string
  /** Hosts that answers may link to, besides those of the sentences' sources. */
  linkHosts?: readonly string[] | undefined
}

export type Composer = {
  /** The events that `part` settles. */
  push(part: AnswerPart): AskEvent[]
  /** The last events; the composer takes no part afterwards. */
  finish(): AskEvent[]
  body(usage: Usage): AnswerBody
}

/**
 * Composes one answer. The deltas of its events add up to `body().answer`, and every `[n]` outside code
 * in it has a citation with marker n.
 */
export function createComposer(options: ComposerOptions): Composer {
  const { policy, abstention } = options
  const resolve = createResolver(options)
  const layout = createAnswerLayout()
  const isKnown = knownHosts(
    options.sentences.map(({ uri }) => uri),
    options.linkHosts,
  )
  const writer = createAnswerWriter(isKnown)
  const links = createLinkGuard(isKnown)
  const verifier = verifiers[policy](writer)
  const droppedReferences: DroppedReference[] = []
  /** Whether the link guard holds text back that stands in code. */
  let guardsCode = false
  let abstained = false
  /** The model said that it has no answer. */
  let declined = false

  const drop = (dropped: DroppedReference): AskEvent[] => {
    droppedReferences.push(dropped)
    layout.drop()
    return [{ type: 'reference-dropped', dropped }]
  }

  const addText = (text: string): AskEvent[] =>
    text === '' ? [] : verifier.add(layout.add(guardsCode ? { text, code: true } : { text }))

  const addGuarded = (text: string, code: boolean): AskEvent[] => {
    const before = code === guardsCode ? [] : addText(links.end())
    guardsCode = code
    return [...before, ...addText(links.push(text))]
  }

  const isEmpty = (): boolean =>
    !verifier.hasAnswer() || (declined && writer.citations().length === 0)

  return {
    push(part) {
      if ('text' in part && (!part.code || part.doubtful))
        return addGuarded(part.text, part.code === true)
      const before = addText(links.end())
      if ('abstain' in part) {
        declined = true
        return before
      }
      const segment = 'text' in part ? part : resolve(part)
      const added = 'reason' in segment ? drop(segment) : verifier.add(layout.add(segment))
      return [...before, ...added]
    },
    finish() {
      const last = [...addText(links.end()), ...verifier.end()]
      abstained = isEmpty()
      if (!abstained) return [...last, ...verifier.release()]
      return [...last, ...verifier.withhold(), ...writer.writeParagraph(abstention)]
    },
    body: (usage) => ({
      answer: writer.answer(),
      abstained,
      citations: writer.citations(),
      verdicts: writer.verdicts(),
      droppedReferences,
      usage,
    }),
  }
}

type Reference = Exclude<AnswerPart, { text: string } | { abstain: true }>

/** Looks references up in the evidence and checks each quoted sentence against its version, once. */
function createResolver({
  sentences,
  versionTexts,
}: ComposerOptions): (reference: Reference) => Segment | DroppedReference {
  const byNumber = new Map(sentences.map((sentence) => [sentence.number, sentence]))
  const checked = new Map<number, Citation | undefined>()

  const citationOf = (sentence: EvidenceSentence): Citation | undefined => {
    const { number, versionId } = sentence
    const text = versionTexts.get(versionId) ?? ''
    if (!checked.has(number)) checked.set(number, createCitation(sentence, 0, text))
    return checked.get(number)
  }

  return (reference) => {
    if ('malformed' in reference) return { reference: reference.malformed, reason: 'malformed' }
    const quoted = 'quote' in reference
    const number = quoted ? reference.quote : reference.cite
    const written = quoted ? `[[${number}]]` : `[${number}]`
    const sentence = byNumber.get(number)
    if (!sentence) return { reference: written, reason: 'unknown_number' }
    const citation = citationOf(sentence)
    if (!citation) return { reference: written, reason: 'quote_mismatch' }
    return { sentence, citation, quoted }
  }
}
