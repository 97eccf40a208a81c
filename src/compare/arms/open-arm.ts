/** @file Makes an arm ready to be asked: tuned where it has to be, opened, or the reason why it cannot be. */
import type { AdapterFinder, AnswererSetting } from '../../assistant/index.ts'
import { type ExampleSet, entriesOf } from '../../behavior/index.ts'
import type { Expectation } from '../questions/question.ts'
import { type ArmDefinition, type ArmName, armOf } from './arm.ts'
import type { ArmContext, OpenArm, ReadyAdapter, SkippedArm } from './arm-context.ts'
import { createClosedBook } from './closed-book.ts'
import { allEvidence, corpusTokens, type FindEvidence, goldEvidence } from './evidence-sources.ts'
import { formInstructions, formOnly } from './form.ts'
import { createDocumentArm } from './with-documents.ts'

/** @throws whatever opening and training throw: the arm has failed then, the others have not */
export async function openArm(name: ArmName, context: ArmContext): Promise<OpenArm | SkippedArm> {
  const definition = armOf(name)
  const obstacle = await obstacleOf(name, context)
  if (obstacle !== undefined) return { skipped: obstacle }
  const adapter =
    definition.tuned && !context.tunedModel ? await context.adapterFor(definition.tuned) : undefined
  const told = definition.told ? await toldForm(context) : undefined
  const setting = settingOf(definition, context, adapter, told)
  const training = adapter?.training ?? null
  const findAdapter: AdapterFinder = (reference) =>
    reference === FORM ? told!.source! : context.findAdapter(reference)
  const inner = { ...context, findAdapter }
  if (!definition.documents) {
    const { model, answer } = await createClosedBook(setting, inner)
    return {
      model,
      training,
      answer: (question, _, signal) => answer(question, signal),
    }
  }
  const find = evidenceFor(name, context)
  const { model, answer } = await createDocumentArm(setting, inner)
  return {
    model,
    training,
    async answer(question, expected, signal) {
      if (name === 'oracle' && expected.sources.length === 0) return null
      return await answer(question, signal, find?.(expected))
    },
  }
}

/** The adapter of the arm that is held to a form without having learned it. */
const FORM = 'form-only'

function settingOf(
  { tuned }: ArmDefinition,
  { setting, isEmbedded, tunedModel, examples }: ArmContext,
  adapter: ReadyAdapter | undefined,
  told: ToldForm | undefined,
): AnswererSetting {
  const { instructions, model, ...rest } = setting
  const common = {
    ...rest,
    ...(isEmbedded ? { model: 'graft/base' as const } : model && { model }),
  }
  if (tuned) {
    // What a tuned model is told is what stood in its examples.
    const learned = sharedInstructions(examples)
    return {
      ...common,
      ...(tunedModel && { model: tunedModel }),
      ...(adapter && { adapter: adapter.reference }),
      ...(learned !== undefined && { instructions: learned }),
    }
  }
  const words = told?.instructions ?? instructions
  return {
    ...common,
    ...(words !== undefined && { instructions: words }),
    ...(told?.source && { adapter: FORM }),
  }
}

type ToldForm = { instructions?: string; source?: Awaited<ReturnType<typeof formOnly>> }

async function toldForm({
  examples,
  isEmbedded,
  setting,
  knowledge,
  reader,
}: ArmContext): Promise<ToldForm> {
  const all = entriesOf(examples!).map(({ example }) => example)
  if (isEmbedded) return { source: await formOnly(all, { knowledge, reader }) }
  const replies = all.map(({ messages }) => messages.at(-1)?.content ?? '')
  return { instructions: formInstructions(replies, setting.instructions) }
}

function evidenceFor(
  name: ArmName,
  { knowledge, reader }: ArmContext,
): ((expected: Expectation) => FindEvidence) | undefined {
  if (name === 'oracle') return ({ sources }) => goldEvidence(knowledge, sources)
  if (name !== 'long_context') return undefined
  const all = allEvidence(knowledge, reader)
  return () => all
}

async function obstacleOf(name: ArmName, context: ArmContext): Promise<string | undefined> {
  const { examples, isEmbedded, contextTokens, knowledge, reader, tunedModel } = context
  const { tuned, told } = armOf(name)
  if (told && !examples) return 'no examples show the house form; give some with --examples'
  if (tuned && !isEmbedded && !tunedModel)
    return 'adapters are for the embedded base; name a tuned model of your provider with --tuned'
  if (tuned === 'alone' && armOf(name).documents && tunedModel)
    return 'how the tuned model was trained is not known here'
  if (tuned && !tunedModel && !examples && !(await context.adapterFor(tuned)))
    return 'there is nothing to tune on; give --examples, or an adapter with --adapter'
  if (name !== 'long_context') return undefined
  if (isEmbedded) return 'the embedded base reads six sentences at a time, not whole documents'
  const tokens = await corpusTokens(knowledge, reader)
  if (tokens <= contextTokens) return undefined
  return `the documents have about ${tokens} tokens, which is more than ${contextTokens}`
}

/** The one system message that all examples begin with, if there is one. */
function sharedInstructions(examples: ExampleSet | undefined): string | undefined {
  if (!examples) return undefined
  const systems = entriesOf(examples).map(({ example }) => {
    const [first] = example.messages
    return first?.role === 'system' ? (first.content ?? undefined) : undefined
  })
  return new Set(systems).size === 1 ? systems[0] : undefined
}
