/** @file Runs whose truth is known, without asking anything: what each arm makes of each question is planted. */
import { type ArmName, armOf } from '../../src/compare/arms/arm.ts'
import { failedScores, scoreItem } from '../../src/compare/metrics/score-item.ts'
import type { Question } from '../../src/compare/questions/question.ts'
import type {
  AnsweredItem,
  ComparisonResult,
  ItemRecord,
  Phase,
  RunSettings,
} from '../../src/compare/result.ts'
import { planOf } from '../../src/compare/run/plan.ts'
import type { RunRecord } from '../../src/compare/run/record.ts'
import { summarize } from '../../src/compare/summary/summarize.ts'

/** What an arm makes of a question; anything that is left out is right. */
export type Behaviour = {
  wrong?: boolean
  uncited?: boolean
  formless?: boolean
  fails?: boolean
  answers?: boolean
  stale?: boolean
  ms?: number
}
export type Planted = Partial<Record<ArmName, (at: number, phase: Phase) => Behaviour>>

const settings: RunSettings = {
  timeoutMs: 1000,
  weights: { correct: 4, traceable: 2, refuses_well: 2, form: 2, fresh: 2 },
  constraints: [],
  margins: { utility: 0.02, confidence: 0.9, facts: 0.08 },
  prices: { input: 1, output: 2, currency: 'USD', date: '2026-11-20' },
  contextTokens: 1000,
  targets: { format: 0.95, abstention: 0.9 },
}

/** The first `changed` of the answerable questions change; every `perCluster` of them share a page. */
export function makeQuestions(
  answerable: number,
  unanswerable: number,
  { changed = 0, perCluster = 1 }: { changed?: number; perCluster?: number } = {},
): Question[] {
  const right = Array.from({ length: answerable }, (_, at): Question => {
    const source = `page-${Math.floor(at / perCluster)}.md`
    return {
      id: `q${at}`,
      question: `Question ${at}?`,
      kind: 'answerable',
      gold: [{ text: `value${at}` }],
      rivals: [],
      sources: [source],
      cluster: source,
      confirmed: true,
      ...(at < changed && {
        after: {
          kind: 'answerable',
          gold: [{ text: `new${at}` }],
          rivals: [{ text: `value${at}` }],
          sources: [source],
          stale: [{ text: `value${at}` }],
        },
      }),
    }
  })
  const none = Array.from(
    { length: unanswerable },
    (_, at): Question => ({
      id: `n${at}`,
      question: `Nothing ${at}?`,
      kind: 'off_topic',
      gold: [],
      rivals: [],
      sources: [],
      cluster: `n${at}`,
      confirmed: true,
    }),
  )
  return [...right, ...none]
}

function itemOf(arm: ArmName, phase: Phase, question: Question, behaviour: Behaviour): ItemRecord {
  const common = { type: 'item', arm, phase, question: question.id } as const
  if (behaviour.fails)
    return {
      ...common,
      outcome: { status: 'failed', code: 'x', message: 'broken' },
      scores: failedScores('broken'),
    }
  const expected = (phase === 'updated' && question.after) || question
  const abstained = expected.kind !== 'answerable' && behaviour.answers !== true
  const fact = behaviour.stale ? question.gold[0] : expected.gold[0]
  const value = fact && 'text' in fact && !behaviour.wrong ? String(fact.text) : 'nonsense'
  const cites = armOf(arm).documents && !behaviour.uncited && !abstained
  const answer: AnsweredItem = {
    status: 'answered',
    answer: `${behaviour.formless ? '' : 'Dear, '}${abstained ? 'nothing' : value}`,
    abstained,
    citations: cites ? [{ uri: expected.sources[0] ?? 'other.md', headingPath: [] }] : [],
    retrieved: armOf(arm).documents
      ? [{ uri: expected.sources[0] ?? 'x.md', headingPath: [] }]
      : null,
    confidence: armOf(arm).documents ? 0.5 : null,
    usage: { inputTokens: 100, outputTokens: 10 },
    timings: { retrievalMs: 1, firstTextMs: 2, totalMs: behaviour.ms ?? 10 },
    load: 1,
    ...(phase === 'updated' && question.after && { again: true }),
  }
  const hasForm = (text: string): boolean => text.startsWith('Dear')
  return {
    ...common,
    outcome: answer,
    scores: scoreItem({ arm: armOf(arm), phase, question, answer, hasForm }),
  }
}

export function plant(
  questions: readonly Question[],
  planted: Planted,
  changes: Partial<RunSettings> = {},
): ComparisonResult {
  const arms = Object.keys(planted) as ArmName[]
  const hasUpdate = questions.some(({ after }) => after)
  const phases: Phase[] = hasUpdate ? ['initial', 'updated'] : ['initial']
  const records: RunRecord[] = arms.map((arm) => ({
    type: 'arm',
    arm,
    status: 'ready',
    reason: null,
    model: 'm',
    training: null,
  }))
  for (const phase of phases) {
    if (phase === 'updated') records.push({ type: 'update', documents: 3, indexMs: 100 })
    for (const arm of arms)
      questions.forEach((question, at) => {
        if (phase === 'initial' || question.after)
          records.push(itemOf(arm, phase, question, planted[arm]!(at, phase)))
      })
  }
  return summarize({
    manifest: {
      id: 'x',
      createdAt: '2026-11-20T00:00:00.000Z',
      graft: '0',
      seed: 1,
      model: 'm',
      judgeModel: null,
      arms,
      machine: { node: '24', cpu: 'c', threads: 2 },
      settings: { ...settings, ...changes },
      hashes: {
        questions: 'q',
        documents: 'd',
        update: hasUpdate ? 'u' : null,
        examples: null,
        instructions: null,
      },
    },
    inputs: { questions, plan: planOf(questions, new Set()), format: null, house: [] },
    records,
    recordText: JSON.stringify(records),
  })
}
