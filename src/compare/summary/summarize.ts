/** @file From the files of a run to its result: nothing else goes in, so the same files give the same result. */
import { cohenKappa } from '../../statistics/index.ts'
import { sha256 } from '../../util/hash.ts'
import { type ArmName, armNames } from '../arms/arm.ts'
import { describeFact } from '../facts/find-fact.ts'
import { metrics } from '../metrics/metrics.ts'
import type { Question } from '../questions/question.ts'
import type {
  ArmResult,
  ComparisonResult,
  JudgeAgreement,
  Phase,
  QuestionResult,
} from '../result.ts'
import { latestItems, type RunRecord } from '../run/record.ts'
import type { StoredRun } from '../run/run-folder.ts'
import { compareArms } from './compare-arms.ts'
import { decide } from './decide.ts'
import { createItemTable, type ItemTable, paired } from './item-table.ts'
import { measureFreshness } from './measure-freshness.ts'
import { measureHeadroom } from './measure-headroom.ts'
import { measureVoice } from './measure-voice.ts'
import { summarizeArm } from './summarize-arm.ts'

export function summarize({ manifest, inputs, records, recordText }: StoredRun): ComparisonResult {
  const { questions, plan, house } = inputs
  const { settings, seed } = manifest
  const table = createItemTable(questions, latestItems(records))
  const update = records.findLast((record) => record.type === 'update')
  const order = armNames.filter((name) => manifest.arms.includes(name))
  const voices = measureVoice(table, order, house)
  const arms = order.map((arm) =>
    summarizeArm({
      arm,
      table,
      records: records.filter((record) => record.type === 'arm').filter((one) => one.arm === arm),
      hasUpdate: manifest.hashes.update !== null,
      prices: settings.prices,
      voice: voices.get(arm) ?? null,
    }),
  )
  const phases: Phase[] = update ? ['initial', 'updated'] : ['initial']
  const comparisons = compareArms(table, order, phases)
  return {
    format: 'graft-comparison/1',
    manifest,
    recordHash: sha256(recordText),
    complete: arms.every((arm) => isSettled(arm, records)),
    plan,
    definitions: metrics,
    arms,
    comparisons,
    headroom: measureHeadroom({ table, arms, targets: settings.targets }),
    freshness: update ? measureFreshness(table, arms, update) : null,
    judge: judgeOf(manifest.judgeModel, table, order),
    verdict: decide({ table, arms, comparisons, settings, plan, seed }),
    questions: questions.map((question) => questionOf(question, table, order)),
  }
}

/** Nothing more will come of it: it is through, or was given up. */
function isSettled({ arm, status, items }: ArmResult, records: readonly RunRecord[]): boolean {
  if (status === 'failed' || status === 'skipped' || items.missing === 0) return true
  const last = records.findLast((record) => record.type === 'arm' && record.arm === arm)
  return last?.type === 'arm' && last.status === 'stopped'
}

/** Below, agreement is too weak to lean on (evaluation practice; see docs/guides/compare.md). */
const RELIABLE_KAPPA = 0.6

function judgeOf(
  model: string | null,
  table: ItemTable,
  arms: readonly ArmName[],
): JudgeAgreement | null {
  if (model === null) return null
  const pairs = arms.map((arm) => paired(table.values('judged', arm), table.values('fact', arm)))
  const [judged, found] = [
    pairs.flatMap(({ first }) => first),
    pairs.flatMap(({ second }) => second),
  ]
  const failed = arms
    .flatMap((arm) => table.items(arm, 'initial'))
    .filter(({ scores }) => scores.judged?.status === 'failed').length
  const kappa = kappaOf(judged, found)
  const reliable = kappa !== null && kappa >= RELIABLE_KAPPA
  return { model, items: judged.length, failed, kappa, reliable }
}

function kappaOf(first: readonly number[], second: readonly number[]): number | null {
  const varies = (values: readonly number[]): boolean => new Set(values).size > 1
  if (!varies(first) || !varies(second)) return null
  return cohenKappa(first.map(String), second.map(String)).estimate
}

function questionOf(
  { id, question, kind, cluster, gold, rivals, sources, after }: Question,
  table: ItemTable,
  arms: readonly ArmName[],
): QuestionResult {
  const phases: readonly Phase[] = ['initial', 'updated']
  return {
    id,
    question,
    kind,
    cluster,
    gold: gold.map(describeFact),
    rivals: rivals.map(describeFact),
    sources,
    after: after
      ? { gold: after.gold.map(describeFact), deleted: after.kind !== 'answerable' }
      : null,
    items: phases.flatMap((phase) => arms.flatMap((arm) => table.item(arm, phase, id) ?? [])),
  }
}
