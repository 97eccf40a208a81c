/** @file Which sentences of a reply the evidence does not carry. */
import { answerUnits } from '../answer-units.ts'
import { type CitedText, judgeSupport, measureSupport } from '../support.ts'

/** A sentence seldom rests on more; among all of the evidence, any words would be found somewhere. */
const MOST_CITED = 3

/** Sentences that claim something which the closest evidence sentences do not say. */
export function unsupportedClaims(reply: string, evidence: readonly CitedText[]): string[] {
  return answerUnits(reply)
    .map(({ start, end }) => reply.slice(start, end))
    .filter((claim) => !isCarried(claim, evidence))
}

/** As if the reply cited the sentences that share most with it: one, two or three of them. */
function isCarried(claim: string, evidence: readonly CitedText[]): boolean {
  const judge = (cited: readonly CitedText[]): boolean =>
    judgeSupport({ text: claim, quoted: false, cited }) !== 'unsupported'
  const closest = evidence
    .map((sentence) => ({ sentence, coverage: measureSupport(claim, [sentence]).coverage }))
    .sort((a, b) => b.coverage - a.coverage)
    .slice(0, MOST_CITED)
    .map(({ sentence }) => sentence)
  return judge([]) || closest.some((_, last) => judge(closest.slice(0, last + 1)))
}
