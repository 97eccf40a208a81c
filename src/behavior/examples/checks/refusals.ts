/** @file Answers that refuse: often left over from the model that wrote the data. */
import type { Check } from '../check-context.ts'
import { shown } from '../finding.ts'
import { answerOf } from '../texts.ts'

/** How models decline; house abstentions such as "our documents do not say" are not among them. */
const phrases =
  /\b(?:as an? (?:ai|artificial intelligence|(?:large )?language model)|i(?:'m| am) (?:just |only )?an? (?:ai|(?:large )?language model)|i(?:'m| am)(?: very| so)? sorry,? (?:but )?(?:i|as an)|i (?:cannot|can't|can not|am not able to|am unable to|won't|will not) (?:assist|help|comply|fulfil+|provide|answer|create|generate|do that|discuss|engage)|i(?:'m| am) (?:not able|unable) to (?:assist|help|provide|answer|create|generate|fulfil+)|i must (?:decline|refuse)|als (?:ki|sprachmodell|künstliche intelligenz)|ich kann (?:dir |ihnen )?(?:dabei |damit )?(?:leider )?nicht (?:helfen|weiterhelfen)|en tant qu'(?:ia|intelligence artificielle)|como (?:modelo de lenguaje|una? (?:ia|inteligencia artificial)))(?!\w)/i

/** Refusals open an answer; later on, the words are likely a quotation. */
const OPENING = 200
const WORRYING_SHARE = 0.1
const MIN_REFUSALS = 3

export const checkRefusals: Check = ({ entries, report }) => {
  let refusals = 0
  for (const entry of entries) {
    const phrase = refusalIn(answerOf(entry.example))
    if (phrase === undefined) continue
    refusals++
    report('refusal', entry, {
      path: entry.places.at(-1)!.content,
      message: `the answer refuses: ${shown(phrase)}`,
    })
  }
  const share = refusals / entries.length
  if (refusals < MIN_REFUSALS || share < WORRYING_SHARE) return
  report('refusal_share', undefined, {
    message: `${refusals} of ${entries.length} answers refuse (${Math.round(share * 100)} %)`,
  })
}

export function refusalIn(answer: string): string | undefined {
  return phrases.exec(answer.slice(0, OPENING).replaceAll('’', "'"))?.[0]
}
