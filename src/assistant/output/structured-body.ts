/** @file A structured answer as events and body: checked before a character of it goes out. */
import type { AnswerBody, AnswerRequest } from '../answerer.ts'
import type { AskEvent, Usage } from '../events.ts'
import { resolveOutput } from './output-references.ts'
import { invalidOutput, type OutputSchema } from './output-schema.ts'

/** @throws AssistantError `output_invalid` */
export function* structuredAnswer(
  text: string,
  schema: OutputSchema,
  { request, usage }: { request: AnswerRequest; usage: Usage },
): Generator<AskEvent, AnswerBody> {
  const { value, citations, droppedReferences } = resolveOutput(parseJson(text), request)
  const output = schema.parse(value)
  const answer = JSON.stringify(output, null, 2)
  yield { type: 'text-delta', delta: answer }
  for (const citation of citations) yield { type: 'citation', citation }
  for (const dropped of droppedReferences) yield { type: 'reference-dropped', dropped }
  yield { type: 'usage', usage }
  const verdicts: AnswerBody['verdicts'] = []
  return { answer, output, abstained: false, citations, verdicts, droppedReferences, usage }
}

/** JSON has no words for having no answer: these are the house's, and there is no output. */
export function* structuredAbstention(
  abstention: string,
  usage: Usage = { inputTokens: 0, outputTokens: 0 },
): Generator<AskEvent, AnswerBody> {
  yield { type: 'text-delta', delta: abstention }
  yield { type: 'usage', usage }
  const none = { citations: [], verdicts: [], droppedReferences: [] }
  return { answer: abstention, output: null, abstained: true, ...none, usage }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidOutput('it is no JSON')
  }
}
