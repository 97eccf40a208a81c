/** @file A question with what a right answer says, does not say, and rests on. */
import { z } from 'zod'
import { type Fact, factSchema } from '../facts/fact.ts'

/** Kinds of questions: those that the documents answer, and four ways in which they do not. */
export const questionKinds = [
  'answerable',
  'near_miss',
  'off_topic',
  'false_premise',
  'no_document',
] as const
export type QuestionKind = (typeof questionKinds)[number]

const words = z.string().trim().min(1, 'it is empty')
/** One or several. */
const facts = z
  .union([z.array(factSchema), factSchema.transform((fact) => [fact])])
  .default(() => [])
const sources = z.union([z.array(words), words.transform((source) => [source])]).default(() => [])

/** One row of a question file, as it is understood. */
export type QuestionRow = {
  id?: string | undefined
  question: string
  kind: QuestionKind
  gold: Fact[]
  rivals: Fact[]
  sources: string[]
  cluster?: string | undefined
  after?:
    | { deleted: true }
    | { gold: Fact[]; rivals: Fact[]; sources?: string[] | undefined }
    | undefined
  confirmed: boolean
  note?: string | undefined
}

const row = z.strictObject({
  id: words.optional(),
  question: words.max(4_000, 'it has more than 4,000 characters'),
  kind: z.enum(questionKinds).default('answerable'),
  gold: facts,
  rivals: facts,
  sources,
  cluster: words.optional(),
  after: z
    .union([
      z.literal('deleted').transform(() => ({ deleted: true as const })),
      z.strictObject({ gold: facts, rivals: facts, sources: sources.optional() }),
    ])
    .optional(),
  confirmed: z.boolean().default(true),
  note: z.string().optional(),
})

export const questionSchema: z.ZodType<QuestionRow> = row

/** Fields that a row may have. */
export const questionFields: readonly string[] = Object.keys(row.shape)

/** What is right at one time. */
export type Expectation = Pick<QuestionRow, 'kind' | 'gold' | 'rivals' | 'sources'>

export type Question = Expectation & {
  readonly id: string
  readonly question: string
  /** Questions of one cluster are not independent; default: the first source, or the question itself. */
  readonly cluster: string
  /** Where an update of the documents changes the answer: what is right then, and what went stale. */
  readonly after?: Expectation & { readonly stale: Fact[] }
  /** False for a draft that no person has confirmed. */
  readonly confirmed: boolean
}

/** After an update, what was right before is a rival. */
export function toQuestion(row: QuestionRow, line: number): Question {
  const { kind, gold, rivals, sources, confirmed, after } = row
  const id = row.id ?? `line-${line}`
  return {
    id,
    question: row.question,
    kind,
    gold,
    rivals,
    sources,
    cluster: row.cluster ?? sources[0]?.replace(/#.*/, '') ?? id,
    confirmed,
    ...(after && {
      after: {
        stale: gold,
        ...('deleted' in after
          ? { kind: 'no_document' as const, gold: [], rivals: gold, sources: [] }
          : {
              kind,
              gold: after.gold,
              rivals: [...gold, ...after.rivals],
              sources: after.sources ?? sources,
            }),
      },
    }),
  }
}
