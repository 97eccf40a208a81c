/** @file The verdict first, in words for whoever has to decide: what to take, how sure, and what to beware of. */
import type { ArmResult, Claim, ComparisonResult, MetricSummary, Verdict } from '../../result.ts'
import { type Html, html } from '../html.ts'
import { bullets } from '../section.ts'
import {
  capital,
  count,
  duration,
  listed,
  money,
  percent,
  prose,
  shareWithRange,
  titleOf,
} from '../words.ts'

export function verdictSection(result: ComparisonResult): Html {
  const { verdict } = result
  const recommended = result.arms.find(({ arm }) => arm === verdict.recommended)
  return html`<section id="verdict" aria-labelledby="verdict-title">
    <p class="eyebrow">Verdict</p>
    <h1 id="verdict-title">${headline(result)}</h1>
    <p class="sentence">${prose(verdict.sentence)}</p>
    ${recommended && html`<p class="lead">${describe(recommended)}</p>${tilesOf(recommended, result)}`}
    ${bewareOf(result)}
    ${claimsOf(verdict)}
    <div class="columns">
      ${listOf('Also to know', otherReasons(verdict))}
      ${listOf('What would change this', verdict.wouldChange)}
    </div>
  </section>`
}

const headlines: Readonly<Record<Verdict['outcome'], (title: string) => string>> = {
  clear: (title) => `Use ${title}.`,
  tied: (title) => `Use ${title}: nothing was shown to be better.`,
  none_qualifies: () => 'Nothing qualifies.',
  no_verdict: () => 'No verdict.',
}

function headline(result: ComparisonResult): string {
  const { outcome, recommended, standings } = result.verdict
  if (recommended === null) return headlines[outcome]('')
  const title = titleOf(result, recommended)
  return standings.length === 1 ? `${capital(title)} stands alone.` : headlines[outcome](title)
}

function describe({ title, description, training }: ArmResult): string {
  const trained = training ? ` It was trained on ${count(training.examples, 'example')}.` : ''
  return `${capital(title)}: ${description}.${trained}`
}

type Tile = { readonly label: string; readonly value: string; readonly detail: string }

/** Only what was measured has a tile. */
function tilesOf(arm: ArmResult, result: ComparisonResult): Html {
  const { metrics, latency, cost } = arm
  const fresh = result.freshness?.arms.find((one) => one.arm === arm.arm)
  const { prices } = result.manifest.settings
  const tiles: (Tile | false | undefined | null)[] = [
    shareTile('everything right', metrics.initial.joint),
    shareTile('right facts', metrics.initial.fact),
    shareTile('right after the update', fresh?.after),
    latency && {
      label: 'typical answer',
      value: duration(latency.total.p50),
      detail: `19 of 20 within ${duration(latency.total.p95)}`,
    },
    cost !== null &&
      prices !== null && {
        label: 'a thousand answers',
        value: money(1000 * cost.perRequest, prices.currency),
        detail: `at prices of ${prices.date}`,
      },
  ]
  const shown = tiles.filter((tile) => tile !== false && tile !== undefined && tile !== null)
  return html`<dl class="tiles">
    ${shown.map(
      ({ label, value, detail }) =>
        html`<div><dt>${label}</dt><dd><strong>${value}</strong> <span>${detail}</span></dd></div>`,
    )}
  </dl>`
}

function shareTile(label: string, summary: MetricSummary | null | undefined): Tile | undefined {
  if (!summary?.range) return undefined
  const { range, items } = summary
  const right = Math.round(range.estimate * items)
  return {
    label,
    value: `${right} of ${items}`,
    detail: shareWithRange(range),
  }
}

/** What a reader has to know before believing any of it. */
function bewareOf(result: ComparisonResult): Html | undefined {
  const { arms, complete, plan, judge } = result
  const missing = arms.reduce(
    (sum, { items, status }) => sum + (isOut(status) ? 0 : items.missing),
    0,
  )
  const warnings = [
    !complete &&
      `The run is not complete (missing: ${count(missing, 'answer')}). All numbers are about the answers that are there; the same command goes on with the run.`,
    ...arms.filter(({ status }) => status !== 'complete').map(absence),
    ...arms.filter(({ items }) => items.failed > 0).map(failures),
    plan.trained.length > 0 &&
      `Tuned arms have seen answers: among the examples, to the letter, there ${plan.trained.length === 1 ? 'is' : 'are'} ${count(plan.trained.length, 'question')} of this run (${namesOf(plan.trained)}).`,
    judge !== null &&
      !judge.reliable &&
      `The judge ${judge.model} does not agree enough with the facts to lean on (${judge.kappa === null ? 'agreement unknown' : `kappa ${judge.kappa.toFixed(2)}`}, ${count(judge.failed, 'failed grade')}): its grades decide nothing here.`,
  ].filter((line) => line !== false)
  if (warnings.length === 0) return undefined
  return html`<div class="beware" role="note"><h2>Beware</h2>${bullets(warnings)}</div>`
}

const NAMED = 5

function namesOf(ids: readonly string[]): string {
  return ids.length > NAMED ? `${ids.slice(0, NAMED).join(', ')}, …` : listed(ids)
}

function isOut(status: ArmResult['status']): boolean {
  return status === 'failed' || status === 'skipped'
}

const statusWords: Readonly<Record<ArmResult['status'], string>> = {
  complete: 'is complete',
  partial: 'was not asked everything',
  failed: 'could not be measured',
  skipped: 'was left out',
}

function absence({ title, status, reason }: ArmResult): string {
  return `${capital(title)} ${statusWords[status]}${reason === null ? '' : `: ${reason}`}.`
}

function failures({ title, items }: ArmResult): string {
  const share = percent(items.failed / items.planned)
  return `${capital(title)} failed at ${count(items.failed, 'question')} of ${items.planned} (${share}); they count neither as right nor as wrong.`
}

const claimQuestions: Readonly<Record<Claim['name'], string>> = {
  tuning_helps: 'Does fine-tuning help?',
  both_beat_either: 'Do both together beat either alone?',
  facts_kept: 'Does tuning keep the facts?',
  form_alone_suffices: 'Is it enough to hold RAG to the form?',
}

const claimAnswers: Readonly<Record<Claim['outcome'], string>> = {
  shown: 'yes',
  refuted: 'no',
  not_shown: 'not shown',
  not_measured: 'not measured',
}

function claimsOf({ claims }: Verdict): Html | undefined {
  if (claims.length === 0) return undefined
  return html`<h2>What was asked beforehand</h2><ul class="claims">${claims.map(claimOf)}</ul>`
}

function claimOf({ name, outcome, sentence }: Claim): Html {
  return html`<li>
<p><strong>${claimQuestions[name]}</strong> <span class="badge ${outcome}">${claimAnswers[outcome]}</span></p>
<p>${sentence}</p>
</li>`
}

/** Claims have a list of their own. */
function otherReasons({ reasons, claims }: Verdict): string[] {
  const said = new Set(claims.map(({ sentence }) => sentence))
  return reasons.filter((reason) => !said.has(reason))
}

function listOf(title: string, lines: readonly string[]): Html | undefined {
  if (lines.length === 0) return undefined
  return html`<div><h2>${title}</h2>${bullets(lines.map(prose))}</div>`
}
