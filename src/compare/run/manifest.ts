/** @file The manifest of a run: all that decides its result, and the name that follows from it. */
import os from 'node:os'
import { type ExampleSet, entriesOf } from '../../behavior/index.ts'
import type { Knowledge } from '../../knowledge/index.ts'
import { sha256 } from '../../util/hash.ts'
import type { RunManifest } from '../result.ts'
import { type CompareOptions, chosenArms, nameOfModel, runSettings } from '../settings.ts'
import type { CompareParts } from './run.ts'

const EMBEDDED = 'graft/base'

/** The run is named by all that decides its result. */
export async function manifestOf(
  options: CompareOptions,
  parts: CompareParts,
): Promise<RunManifest> {
  const { questions, documents, judge, seed = 1, adapter, training, heldOut, tunedModel } = options
  const instructions = options.instructions ?? parts.setting.instructions
  const settings = runSettings(options)
  const model = nameOfModel(parts.setting.model)
  const decisive = {
    seed,
    model,
    judgeModel: judge === undefined ? null : nameOfModel(judge),
    arms: chosenArms(options, model === EMBEDDED),
    settings,
    hashes: {
      questions: questions.hash,
      documents: documents?.hash ?? (await documentsHash(parts.knowledge, options)),
      update: documents?.updateHash ?? null,
      examples: options.examples ? hashOfExamples(options.examples) : null,
      instructions: instructions === undefined ? null : sha256(instructions),
    },
  }
  const others = {
    adapter,
    training,
    heldOut: heldOut && hashOfExamples(heldOut),
    tuned: tunedModel && nameOfModel(tunedModel),
    reader: options.reader?.groups ?? null,
  }
  const id = sha256(JSON.stringify({ ...decisive, others })).slice(0, 12)
  const cpus = os.cpus()
  return {
    id,
    createdAt: new Date().toISOString(),
    graft: parts.version,
    machine: {
      node: process.versions.node,
      cpu: cpus[0]?.model.trim() ?? 'unknown',
      threads: cpus.length,
    },
    ...decisive,
  }
}

async function documentsHash(
  knowledge: Knowledge,
  { reader }: Pick<CompareOptions, 'reader'>,
): Promise<string> {
  const documents = await knowledge.documents(reader)
  return sha256(JSON.stringify(documents.map(({ uri, versionId }) => [uri, versionId])))
}

function hashOfExamples(examples: ExampleSet): string {
  return sha256(JSON.stringify(entriesOf(examples).map(({ example }) => example.messages)))
}
