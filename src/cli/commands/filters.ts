/** @file Options that limit what a question or search may see. */
import type { Command } from 'commander'
import type { AskOptions } from '../../assistant/index.ts'
import type { Workspace } from '../../workspace.ts'
import { list } from '../session.ts'

export type FilterOptions = {
  collection?: string[]
  path?: string
  since?: string
  until?: string
  asOf?: string
  as?: string
}

export function addFilterOptions(command: Command): Command {
  return command
    .option('-c, --collection <names>', 'only these collections, comma-separated', list)
    .option('-p, --path <glob>', 'only documents whose path or URL matches, such as billing/**')
    .option('--since <date>', 'only versions current since this date (ISO 8601)')
    .option('--until <date>', 'only versions that became current before this date')
    .option('--as-of <date>', 'the documents as they were at this date')
    .option('--as <principal>', 'with the rights of this principal')
}

export async function toFilter(
  options: FilterOptions,
  { access }: Workspace,
): Promise<Omit<AskOptions, 'history'>> {
  const { collection, as, ...rest } = options
  const { path, since, until, asOf } = rest
  return {
    reader: await access.reader(as),
    ...(collection && { collections: collection }),
    ...(path && { path }),
    ...(since && { since }),
    ...(until && { until }),
    ...(asOf && { asOf }),
  }
}
