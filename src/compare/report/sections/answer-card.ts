/** @file One answer of one arm: its text, what it cites, how it was scored and why. */
import { type MetricName, metricNames, metrics } from '../../metrics/metrics.ts'
import type { AnsweredItem, ArmResult, CitedPlace, ItemRecord } from '../../result.ts'
import { type Content, type Html, html } from '../html.ts'
import { capital, duration, listed, number, percent, toneOf } from '../words.ts'
import { type Outcome, outcomesOf, outcomeTitles } from './outcomes.ts'

export function answerCard(item: ItemRecord, arms: readonly ArmResult[]): Html {
  const { arm, phase } = item
  const title = arms.find((one) => one.arm === arm)?.title ?? arm
  const outcomes = outcomesOf(item)
  return html`<article class="answer" data-arm="${arm}" data-phase="${phase}" data-outcomes="${outcomes.join(' ')}">
    <h4><span class="key ${toneOf(arm)}"></span>${capital(title)}</h4>
    <p class="badges">${outcomes.filter(isShown).map(badge)}</p>
    ${contentOf(item)}
    ${scoresOf(item)}
  </article>`
}

/** Said more closely by the reasons beside them. */
function isShown(outcome: Outcome): boolean {
  return outcome !== 'lost' && outcome !== 'found_wrong'
}

function badge(outcome: Outcome): Html {
  const meaning = outcome === 'success' ? 'good' : outcome === 'not_applicable' ? 'neutral' : 'bad'
  return html`<span class="badge ${meaning}">${outcomeTitles[outcome]}</span> `
}

function contentOf({ outcome }: ItemRecord): Content {
  if (outcome.status === 'failed')
    return html`<p class="absent">${outcome.message} <code>${outcome.code}</code></p>`
  if (outcome.status === 'not_applicable') return html`<p class="absent">${outcome.reason}</p>`
  return answered(outcome)
}

function answered(item: AnsweredItem): Html {
  const { answer, abstained, citations } = item
  const text =
    answer === ''
      ? html`<p class="absent">The answer is empty.</p>`
      : html`<div class="text" dir="auto">${answer}</div>`
  const places = citations.map((place) => html`<li>${placeOf(place)}</li>`)
  return html`${text}
    ${abstained && html`<p class="note">It gives no answer.</p>`}
    ${places.length > 0 && html`<ol class="citations" dir="auto">${places}</ol>`}
    <p class="note">${circumstances(item)}</p>`
}

function placeOf({ uri, headingPath, quote }: CitedPlace): Html {
  return html`<cite>${[uri, ...headingPath].join(' › ')}</cite>${quote !== undefined && html` <q>${quote}</q>`}`
}

function circumstances({ confidence, timings, usage, retrieved, again }: AnsweredItem): string {
  const parts = [
    duration(timings.totalMs),
    `${number(usage.inputTokens)} tokens read, ${number(usage.outputTokens)} written`,
    confidence !== null && `confidence ${percent(confidence)}`,
    retrieved !== null && `${retrieved.length} places found`,
    again !== undefined &&
      (again ? 'right once more when asked again' : 'not right when asked again'),
  ]
  return parts.filter((part) => part !== false).join(', ')
}

function scoresOf({ scores, outcome }: ItemRecord): Html | undefined {
  // Where there is no answer, its reason says it all.
  if (outcome.status !== 'answered') return undefined
  const names = metricNames.filter((name) => scores[name] !== undefined)
  const said = names.filter((name) => scores[name]!.status !== 'not_applicable')
  const given = said.map(
    (name) =>
      html`<div><dt>${metrics[name].title}</dt><dd>${scoreText(scores[name]!, name)}</dd></div>`,
  )
  return html`<details class="scores">
    <summary>Scores</summary>
    <dl>${given}${withoutScore(scores, names)}</dl>
  </details>`
}

type Scores = ItemRecord['scores']
type Score = NonNullable<Scores[MetricName]>

function scoreText(score: Score, name: MetricName): string {
  if (score.status !== 'scored') return `${score.status.replace('_', ' ')}: ${score.reason}`
  if (metrics[name].kind === 'mean') return percent(score.value)
  return score.value === 1 ? 'yes' : 'no'
}

/** Grouped by their reason: most metrics of an answer share one. */
function withoutScore(scores: Scores, names: readonly MetricName[]): Html[] {
  const reasons = Map.groupBy(
    names.filter((name) => scores[name]!.status === 'not_applicable'),
    (name) => (scores[name] as Exclude<Score, { status: 'scored' }>).reason,
  )
  return [...reasons].map(
    ([reason, group]) =>
      html`<div class="without">
        <dt>${listed(group.map((name) => metrics[name].title))}</dt>
        <dd>does not apply: ${reason}</dd>
      </div>`,
  )
}
