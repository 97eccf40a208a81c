/** @file Random documents, honest and garbage-citing answerers: every quote is the stored text at its offsets. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, AskEvent, Citation } from '../../src/assistant/index.ts'
import type { Workspace } from '../../src/workspace.ts'
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts'
import { type Random, randomSentence, seededRandom } from '../helpers/random.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

const SEED = 20_261_120
const DOCUMENTS = 60
const QUESTIONS = 40

let test: TestWorkspace
let garbage: Workspace
let server: OpenAiServer
/** Some words of each document. */
const topics: string[][] = []

beforeAll(async () => {
  const random = seededRandom(SEED)
  server = await startOpenAiServer(() => ({
    text: garbageReply(random),
    chunkSize: random.between(1, 9),
  }))
  test = await openTestWorkspace()
  for (let i = 0; i < DOCUMENTS; i++) {
    const text = randomDocument(random)
    topics.push(text.match(/[a-z]{6,}/g)?.slice(0, 12) ?? ['nothing'])
    await test.workspace.knowledge.add({
      name: random.pick([`n${i}.md`, `n${i}.mdx`, `n${i}.txt`]),
      text,
    })
  }
  garbage = await test.reopen({
    model: { baseURL: server.baseURL, model: 'garbage' },
    policy: 'off',
  })
}, 120_000)
afterAll(async () => {
  await test.close()
  await server.close()
})

describe(`citations over ${DOCUMENTS} random documents (seed ${SEED})`, () => {
  it('shows evidence that stands in the stored version to the letter', async () => {
    const { knowledge } = test.workspace
    let sentences = 0
    for (const question of questions()) {
      const evidence = await knowledge.evidence(question)
      const versions = await knowledge.versions(
        evidence.sentences.map(({ versionId }) => versionId),
      )
      for (const { versionId, start, end, text } of evidence.sentences) {
        expect(versions.get(versionId)!.text.slice(start, end)).toBe(text)
        sentences++
      }
    }
    expect(sentences).toBeGreaterThan(QUESTIONS)
  })

  it('holds when quoting', async () => {
    expect(await checkAnswers(test.workspace)).toBeGreaterThan(QUESTIONS / 2)
  })

  it('holds for a model that cites garbage, in the stream and at the end', async () => {
    expect(await checkAnswers(garbage)).toBeGreaterThan(QUESTIONS / 2)
    expect(server.requests.length).toBeGreaterThan(QUESTIONS / 2)
  })
})

/** Asks every question and checks every citation; returns how many there were. */
async function checkAnswers(workspace: Workspace): Promise<number> {
  let checked = 0
  for (const question of questions()) {
    const { events, answer } = await asked(workspace, question)
    const streamed = events.flatMap((event) => (event.type === 'citation' ? [event.citation] : []))
    expect(streamed).toEqual(answer.citations)
    const deltas = events.flatMap((event) => (event.type === 'text-delta' ? [event.delta] : []))
    expect(deltas.join('')).toBe(answer.answer)
    for (const citation of streamed) await checkCitation(workspace, citation)
    checked += streamed.length
  }
  return checked
}

async function checkCitation({ knowledge }: Workspace, citation: Citation): Promise<void> {
  const { versionId, documentId, start, end, quote, sha256 } = citation
  const version = await knowledge.version(versionId)
  expect(version.documentId).toBe(documentId)
  expect(version.text.slice(start, end)).toBe(quote)
  expect(createHash('sha256').update(quote).digest('hex')).toBe(sha256)
}

async function asked(
  workspace: Workspace,
  question: string,
): Promise<{ events: AskEvent[]; answer: Answer }> {
  const events: AskEvent[] = []
  const stream = workspace.ask(question)
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return { events, answer: value }
    events.push(value)
  }
}

/** Questions made of words that stand together in one of the documents. */
function questions(): string[] {
  const random = seededRandom(SEED + 1)
  return Array.from({ length: QUESTIONS }, () => {
    const words = random.pick(topics)
    const first = random.between(0, Math.max(0, words.length - 4))
    return `What is ${words.slice(first, first + 4).join(' ')}?`
  })
}

/** Markdown with what makes offsets hard: astral characters, NUL, lone surrogates, markup, tables, code. */
function randomDocument(random: Random): string {
  const oddities = [
    '𝄞 ',
    'e\u0301 ',
    '👩‍👩‍👧 ',
    '\0',
    '\ud800',
    '\u2028',
    '**',
    '`x` ',
    '[a](b "c") ',
    '<b>',
    'Dr. ',
    '3.14 ',
    '{x} ',
  ]
  const odd = (): string => (random.next() < 0.4 ? random.pick(oddities) : '')
  const sentence = (): string => odd() + randomSentence(random, random.between(3, 14)) + odd()
  const parts = [
    (): string => `${'#'.repeat(random.between(1, 4))} ${sentence()}`,
    (): string => Array.from({ length: random.between(1, 5) }, sentence).join(' '),
    (): string => Array.from({ length: 3 }, () => `- ${sentence()}`).join('\n'),
    (): string => `| a | b |\n|---|---|\n| ${sentence()} | ${sentence()} |`,
    (): string => `\`\`\`\n${sentence()}\n\n${sentence()}\n\`\`\``,
    (): string => `> ${sentence()}\n> ${sentence()}`,
    (): string =>
      `import x from 'y'\n\n<Note text={'${randomSentence(random, 6)}'}>\n\n${sentence()}\n\n</Note>`,
  ]
  const text = Array.from({ length: random.between(2, 14) }, () => random.pick(parts)()).join(
    '\n\n',
  )
  return random.next() < 0.3 ? text.replaceAll('\n', '\r\n') : text
}

function garbageReply(random: Random): string {
  const references = [
    '[1]',
    '[2][3]',
    '[[1]]',
    '[[2]]',
    '[0]',
    '[99]',
    '[-1]',
    '[1e9]',
    '[[999]]',
    '[3',
    '【2】',
    '[1, 2]',
    '[[[1]]]',
    '[x](1)',
  ]
  const piece = (): string =>
    `${randomSentence(random, random.between(2, 8))} ${random.pick(references)}`
  return `${random.next() < 0.3 ? 'EVIDENCE: 1, 99\n' : ''}${Array.from({ length: random.between(1, 6) }, piece).join(' ')}`
}
