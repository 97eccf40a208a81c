/** @file Grounded examples: evidence, a question, a plan, and the answer in some form. */
import {
  type CompactPromptOptions,
  type CompactSentence,
  compactPrompt,
} from '../../src/assistant/compact-prompt.ts'
import type { ChatMessage } from '../../src/tokenizers/index.ts'
import type { Draw } from './draw.ts'
import { describeForm, type Form, plainForm, randomForm, writeForm } from './forms.ts'
import type { Asked, Pool } from './sources.ts'
import { topicOf } from './topic.ts'

export type GroundedExample = {
  /** Up to the question. */
  messages: ChatMessage[]
  plan: readonly number[]
  /** The answer behind the plan. */
  text: string
  /** False where the plan is arbitrary, so that nothing is learned about choosing it. */
  learnsPlan: boolean
}

type Candidate = { title: string; section: string; text: string; order: number; gold: boolean }

/** How many numbered sentences a prompt has; one digit each. */
const sentenceCount = { least: 3, most: 6 }

/** One example over a pool: of a random form, or of the one given. */
export function groundedExample(pool: Pool, draw: Draw, given?: AskedForm): GroundedExample {
  const asked = draw.one(pool.asked)
  const answers = draw.chance(0.85)
  const sentences = numbered(evidence(pool, asked, { answers, draw }))
  const question = headingQuestion(asked.question, draw)
  const gold = sentences.find((sentence) => sentence.gold)
  const learnsPlan = !answers || draw.chance(0.6)
  const plan = answers ? planned(sentences, gold!.number, { learnsPlan, draw }) : []
  const title = sentences.find(({ number }) => number === plan[0])?.title ?? ''

  const drawn = draw.chance(0.12) ? { form: plainForm } : askedForm({ pool, draw })
  const { form, ...asking } = given ?? drawn
  const filling = { topic: topicOf(question), question, title: label(title), plan }
  const messages = compactPrompt(sentences, { question, ...asking })
  return { messages, plan, text: writeForm(form, filling), learnsPlan }
}

/** A form, and the words or the earlier turn that ask for it; neither where it is to be learned. */
export type AskedForm = { form: Form } & Pick<CompactPromptOptions, 'instructions' | 'history'>

/** A random form: asked for in words, or shown in an earlier turn. */
function askedForm({ pool, draw }: { pool: Pool; draw: Draw }): AskedForm {
  const form = randomForm(draw)
  if (draw.chance(0.8)) return describeForm(form, draw)
  const { question: heading, passage, sentence } = draw.one(pool.asked)
  const { sentences, title } = pool.passages[passage]!
  const question = headingQuestion(heading, draw)
  const filling = { topic: topicOf(question), question, title: label(title), plan: [1] }
  const content = writeForm(form, filling).replace('[[1]]', sentences[sentence]!.slice(0, 160))
  return {
    form,
    history: [
      { role: 'user', content: question },
      { role: 'assistant', content },
    ],
  }
}

/** The sentence that answers among neighbours and strangers, or neighbours alone. */
function evidence(
  { passages }: Pool,
  { passage, sentence }: Asked,
  { answers, draw }: { answers: boolean; draw: Draw },
): Candidate[] {
  const wanted = draw.between(sentenceCount.least, sentenceCount.most)
  const candidatesOf = (at: number): Candidate[] => {
    const { title, section, sentences } = passages[at]!
    return sentences.map((text, i) => ({
      title,
      section,
      text,
      order: at * 1000 + i,
      gold: at === passage && i === sentence,
    }))
  }
  const near = [passage - 2, passage - 1, passage + 1, passage + 2].filter((at) => passages[at])
  const own = candidatesOf(passage)
  const gold = answers ? own.filter(({ gold }) => gold) : []
  const siblings = answers ? own.filter(({ gold }) => !gold) : []
  const neighbours = draw.some(near, 2).flatMap(candidatesOf)
  const strangers = candidatesOf(draw.between(0, passages.length - 1)).filter(({ gold }) => !gold)
  const others = [
    ...draw.some(siblings, draw.between(0, wanted - 1)),
    ...draw.some(neighbours, draw.between(1, wanted)),
    ...draw.some(strangers, 3),
  ]
  const chosen = [...gold, ...others.slice(0, Math.max(1, wanted - gold.length))]
  return [...new Map(chosen.map((candidate) => [candidate.order, candidate])).values()]
}

type Numbered = CompactSentence & { gold: boolean }

function numbered(candidates: readonly Candidate[]): Numbered[] {
  return candidates
    .toSorted((a, b) => a.order - b.order)
    .map(({ title, section, text, gold }, i) => ({
      number: i + 1,
      text,
      title,
      headingPath: section === '' ? [] : [section],
      versionId: '',
      gold,
    }))
}

/** The answering sentence first, sometimes with a second one; or any sentences, as somebody else might choose. */
function planned(
  sentences: readonly Numbered[],
  gold: number,
  { learnsPlan, draw }: { learnsPlan: boolean; draw: Draw },
): number[] {
  const others = sentences.map(({ number }) => number).filter((number) => number !== gold)
  if (learnsPlan) return [gold]
  // Who declines although there is an answer has reasons of their own; the form is to follow all the same.
  if (draw.chance(0.12)) return []
  const count = draw.chance(0.6) ? 2 : 1
  return draw.some(draw.chance(0.5) ? [...others, gold] : others, count)
}

/** A heading as somebody might ask about it; questions stay as they are. */
function headingQuestion(text: string, draw: Draw): string {
  if (text.endsWith('?')) return draw.chance(0.15) ? text.toLowerCase() : text
  const heading = text[0]!.toLowerCase() + text.slice(1)
  return draw
    .one([
      'What about {heading}?',
      'How does {heading} work?',
      'Can you tell me more about {heading}?',
      'I have a question about {heading}.',
      'What should I know about {heading}?',
      '{heading}?',
      'Please explain {heading}.',
      'Where do I find something on {heading}?',
      'help with {heading}',
      'We are stuck with {heading}. What do you recommend?',
    ])
    .replace('{heading}', heading)
}

function label(title: string): string {
  return title.replace(/\s+/g, ' ').slice(0, 60)
}
