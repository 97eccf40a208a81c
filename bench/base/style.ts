/** @file An unseen form from 200 examples: does the tuned base keep it, and the facts with it? */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { adapterFolder } from '../../src/assistant/adapters.ts'
import { planLine } from '../../src/assistant/compact-prompt.ts'
import { type Answer, ask } from '../../src/assistant/index.ts'
import { createPlanningAnswerer } from '../../src/assistant/planning-answerer.ts'
import { createQuotingAnswerer } from '../../src/assistant/quoting-answerer.ts'
import { houseFormatFile, learnHouseFormat, trainingTokens } from '../../src/behavior/index.ts'
import { type LocalModel, openLocalModel } from '../../src/inference/index.ts'
import { train } from '../../src/training/index.ts'
import { createDraw } from '../../training-recipes/base/draw.ts'
import { describeForm } from '../../training-recipes/base/forms.ts'
import { groundedExample } from '../../training-recipes/base/grounded.ts'
import { type Pool, squadPool } from '../../training-recipes/base/sources.ts'
import { knowledgeOfPassages } from '../quality/corpus.ts'
import { hasForm, type TestForm, testForms } from './forms.ts'

export type StyleOptions = { folder: string; examples: number; questions: number; seed: number }

export type StyleOutcome = {
  form: string
  /** What wrote: quotes alone, the base told of the form in words, or the base with an adapter. */
  writer: 'quotes' | 'prompted' | 'tuned'
  trainingSeconds: number
  answers: { valid: boolean; right: boolean; abstained: boolean; text: string }[]
}

/** Each test form in turn: trains on questions of training articles, asks questions of test articles. */
export async function measureStyle(options: StyleOptions): Promise<StyleOutcome[]> {
  const test = await squadPool('test')
  const knowledge = await knowledgeOfPassages(
    test.passages.map(({ title, sentences }, i) => ({
      id: String(i),
      title,
      text: sentences.join(' '),
    })),
  )
  const draw = createDraw(options.seed)
  const asked = draw.some(test.asked, options.questions)
  const outcomes: StyleOutcome[] = []
  for (const form of testForms) {
    const model = await openLocalModel(options.folder, { adapters: {} })
    const { path: adapter, seconds } = await tune(form, model, options)
    const { instructions } = describeForm(form, createDraw(0))
    const writers = {
      quotes: createQuotingAnswerer(),
      prompted: createPlanningAnswerer(async () => model, { name: 'prompted', instructions }),
      tuned: createPlanningAnswerer(async () => model, {
        name: 'tuned',
        adapter: adapterFolder(adapter, 'form'),
      }),
    }
    for (const [writer, answerer] of Object.entries(writers)) {
      const answers: StyleOutcome['answers'] = []
      for (const { question, passage, sentence } of asked) {
        const answer = await finalAnswer(ask(question, { knowledge, answerer }))
        const gold = test.passages[passage]!.sentences[sentence]!
        answers.push({
          valid: hasForm(form, answer.answer, answer.abstained),
          right: answer.citations[0]?.quote === gold,
          abstained: answer.abstained,
          text: answer.answer,
        })
      }
      outcomes.push({
        form: form.name,
        writer: writer as StyleOutcome['writer'],
        trainingSeconds: writer === 'tuned' ? seconds : 0,
        answers,
      })
    }
    await model.close()
    rmSync(path.dirname(adapter), { recursive: true, force: true })
  }
  await knowledge.close()
  return outcomes
}

async function tune(
  form: TestForm,
  { tokenizer }: LocalModel,
  { folder, examples: count, seed }: StyleOptions,
): Promise<{ path: string; seconds: number }> {
  const pool: Pool = await squadPool('train')
  const draw = createDraw(seed + 1)
  const examples = Array.from({ length: count }, () => groundedExample(pool, draw, { form }))
  const output = mkdtempSync(path.join(os.tmpdir(), 'graft-style-'))
  const started = performance.now()
  const { path: adapter } = await train({
    model: folder,
    examples: examples.map(({ messages, plan, text }) =>
      trainingTokens(tokenizer, { prompt: messages, given: planLine(plan), text }),
    ),
    output,
    method: { type: 'lora', rank: 16, alpha: 32 },
    epochs: 6,
    learningRate: 3e-3,
    seed,
  })
  const seconds = (performance.now() - started) / 1000
  // As `graft tune` registers it.
  const format = houseFormatFile(learnHouseFormat(examples.map(({ text }) => text)))
  writeFileSync(path.join(adapter, format.path), format.content)
  return { path: adapter, seconds }
}

async function finalAnswer(events: AsyncGenerator<{ type: string }, Answer>): Promise<Answer> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
  }
}
