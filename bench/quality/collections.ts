/** @file The judged collections by name: how to index them, their queries, and which are for tuning. */
import type { KnowledgeOptions } from '../../src/knowledge/index.ts'
import { knowledgeOf, knowledgeOfPassages, type TemporaryKnowledge } from './corpus.ts'
import {
  clapnq,
  type DocQuestion,
  dataFile,
  docQuestions,
  type Judged,
  type JudgedQuery,
  pubmedqa,
  scifact,
  squad,
} from './data.ts'

export type Collection = {
  name: string
  open: (options?: KnowledgeOptions) => Promise<TemporaryKnowledge>
  queries: JudgedQuery[]
}

type Entry = { load: () => Promise<Collection>; forTuning?: true }

export const collections: Record<string, Entry> = {
  scifact: { load: async () => judged(await scifact('test')) },
  squad: { load: async () => judged(await squad('test')) },
  clapnq: { load: async () => judged(await clapnq()) },
  pubmedqa: { load: async () => judged(await pubmedqa()) },
  documentation: { load: async () => documentation('plausible') },
  'scifact-train': { load: async () => judged(await scifact('train')), forTuning: true },
  'documentation-train': { load: async () => documentation('cloudgov'), forTuning: true },
  'squad-train': { load: async () => everyFourth(judged(await squad('train'))), forTuning: true },
}

function judged({ name, passages, queries }: Judged): Collection {
  return { name, open: (options) => knowledgeOfPassages(passages, options), queries }
}

/** 8,553 questions say no more than a quarter of them. */
function everyFourth({ queries, ...rest }: Collection): Collection {
  return { ...rest, queries: queries.filter((_, i) => i % 4 === 0) }
}

const documentationFolders = { plausible: 'docs_plausible', cloudgov: 'docs_cloudgov' } as const

function documentation(set: keyof typeof documentationFolders): Collection {
  const folder = dataFile(documentationFolders[set], 'pages')
  return {
    name: `Documentation of ${set}`,
    open: (options) => knowledgeOf(folder, options),
    queries: docQuestions(set).flatMap(toJudged),
  }
}

/** A page that answers as well as the gold page counts as much. */
function toJudged({ id, question, kind, page, alternatives = [] }: DocQuestion): JudgedQuery[] {
  if (kind !== 'answerable') return []
  const pages = [page!, ...alternatives.map((alternative) => alternative.page)]
  const relevant = new Map(pages.map((uri) => [uri.replace(/\.md$/, ''), 1]))
  return [{ id, query: question, relevant }]
}
