/** @file The documents of the leak tests: pages of groups, each with words of its own that must not be seen by others. */
import { expect } from 'vitest'
import type { Knowledge, Reader, RetrieveOptions } from '../../src/knowledge/index.ts'
import type { Workspace } from '../../src/workspace.ts'

export const groups = ['hr', 'sales', 'everyone'] as const
export type Group = (typeof groups)[number]

export const principals: Record<string, Group[]> = {
  ana: ['hr', 'everyone'],
  bo: ['sales', 'everyone'],
}
export const names: readonly string[] = Object.keys(principals)

/** Shared by all documents, so that every one of them would be found. */
export const queries: readonly string[] = [
  'budget',
  'What is the budget of the plan?',
  'plan list vacation',
  '',
]

export function canary(group: Group): string {
  return `${group}canary`
}

export function pageName(group: Group, kind: string): string {
  return `${canary(group)}uri-${kind}.md`
}

export function page(group: Group, kind: string, edition: string): string {
  const word = canary(group)
  return `# ${word}title plan\n\n## ${word}heading list\n\nThe budget of the plan is ${word}${kind}${edition} euros, says the vacation list.\n`
}

/** Adds a page that the group alone may read. */
export async function addPage(
  knowledge: Knowledge,
  group: Group,
  kind: string,
  edition: string,
  collection?: string,
): Promise<void> {
  const target = { name: pageName(group, kind), text: page(group, kind, edition) }
  const report = await knowledge.add(target, { groups: [group], ...(collection && { collection }) })
  if (report.failed.length > 0) throw new Error(JSON.stringify(report.failed))
}

/** Every combination of filters that changes which statement is run. */
export function filterCombinations(firstDay: string): Omit<RetrieveOptions, 'reader'>[] {
  const base: Omit<RetrieveOptions, 'reader'>[] = [
    {},
    { path: '**' },
    { path: '*.md' },
    { collections: ['default', ...groups.map((group) => `${canary(group)}collection`)] },
    { since: '2000-01-01' },
    { until: '2999-01-01' },
    { since: '2000-01-01', until: '2999-01-01', path: '**/*' },
  ]
  const times = [{}, { asOf: firstDay }, { asOf: '2999-01-01' }]
  return base.flatMap((filter) => times.map((time) => ({ ...filter, ...time })))
}

export function serialise(output: unknown): string {
  return JSON.stringify(output)
}

export function expectOwn(output: unknown, own: Group[], where: string): void {
  for (const group of own) expect(serialise(output), where).toContain(canary(group))
}

/** One answer to each reader, by the ids of their traces. */
export async function traceIds(
  workspace: Workspace,
  question: string,
  askers: readonly Reader[],
): Promise<string[]> {
  const ids: string[] = []
  for (const asker of askers)
    for await (const event of workspace.ask(question, { reader: asker }))
      if (event.type === 'finish') ids.push(event.answer.traceId!)
  return ids
}
