/** @file How it was done: what was asked, of what, with which settings, and the hashes that prove it. */
import type { ComparisonResult, RunManifest } from '../../result.ts'
import { type Content, type Html, html } from '../html.ts'
import { type Fact, factList, sectionOf } from '../section.ts'
import { folded, tableOf } from '../table.ts'
import {
  count,
  criterionTitles,
  duration,
  kindTitles,
  metricText,
  number,
  percent,
  shareWithRange,
} from '../words.ts'

export function methodSection(result: ComparisonResult): Html {
  return sectionOf({
    id: 'method',
    title: 'Method',
    content: [
      facts('The run', runOf(result)),
      facts('SHA-256 of what went in and came out', hashesOf(result)),
      METHODS,
      definitionsOf(result),
      countsOf(result),
      voiceOf(result),
      arrivalsOf(result),
    ],
  })
}

function facts(title: string, entries: readonly Fact[]): Html {
  return html`<h3>${title}</h3>${factList(entries)}`
}

function runOf({ manifest, plan, judge }: ComparisonResult): Fact[] {
  const { id, createdAt, graft, machine, seed, model, settings } = manifest
  const { weights, margins, targets, prices, timeoutMs } = settings
  const kinds = Object.entries(plan.kinds).map(
    ([kind, amount]) => `${amount} ${kindTitles[kind as keyof typeof kindTitles]}`,
  )
  return [
    ['run', id],
    ['begun', createdAt],
    ['Graft', `${graft}, Node ${machine.node}`],
    ['machine', `${machine.cpu}, ${machine.threads} threads`],
    ['model', model],
    [
      'judge',
      judge === null ? 'none: everything here is counted by the program' : judgeText(judge),
    ],
    [
      'questions',
      `${plan.questions} about ${count(plan.clusters, 'subject')}: ${kinds.join(', ')}; ${plan.changed} change with the update`,
    ],
    ['what they can show', plan.sentence],
    ['seed', String(seed)],
    [
      'weights',
      Object.entries(weights)
        .map(
          ([name, weight]) => `${criterionTitles[name as keyof typeof criterionTitles]} ${weight}`,
        )
        .join(', '),
    ],
    [
      'margins',
      `utility ${percent(margins.utility)}, loss of facts that matters ${percent(margins.facts)}, confidence ${percent(margins.confidence)}`,
    ],
    ['targets', `house form ${percent(targets.format)}, abstention ${percent(targets.abstention)}`],
    ['prices', pricesText(prices)],
    ['longest time for an answer', duration(timeoutMs)],
  ]
}

function pricesText(prices: RunManifest['settings']['prices']): string {
  if (prices === null) return 'none given'
  const { input, output, currency, date } = prices
  return `${number(input, 4)} ${currency} per million tokens read, ${number(output, 4)} written (${date})`
}

function judgeText({
  model,
  items,
  failed,
  kappa,
  reliable,
}: NonNullable<ComparisonResult['judge']>): string {
  const agreement =
    kappa === null ? 'agreement with the facts unknown' : `kappa ${kappa.toFixed(2)} with the facts`
  return `${model}: ${count(items, 'grade')}, ${failed} failed, ${agreement}${reliable ? '' : '; not reliable'}`
}

function hashesOf({ manifest, recordHash }: ComparisonResult): Fact[] {
  const none = 'none'
  const { questions, documents, update, examples, instructions } = manifest.hashes
  const code = (hash: string | null): Content => (hash === null ? none : html`<code>${hash}</code>`)
  return [
    ['questions', code(questions)],
    ['documents', code(documents)],
    ['update', code(update)],
    ['examples', code(examples)],
    ['instructions', code(instructions)],
    ['record of the run', code(recordHash)],
  ]
}

const METHODS: Html = html`<h3>Statistics</h3>
  <ul class="bullets">
    <li>Shares: Wilson; questions about one subject count as fewer (design effect).</li>
    <li>Differences of shares: Newcombe for pairs, with mid-p McNemar, or t on the means of subjects where several questions share one. Differences of means: bootstrap, or t on the means of subjects.</li>
    <li>Joint success before the update is the primary family (Holm, 5 %); all else is exploratory (Benjamini and Hochberg, 10 %).</li>
    <li>P(best): subjects weighted anew at random 2,000 times (Bayesian bootstrap), and the criteria roughly as given (Dirichlet).</li>
    <li>Claims are intersection-union or non-inferiority tests with the margins above, fixed before the run.</li>
    <li>An answer that failed is no wrong answer: it is left out of pairs and counted where it says so.</li>
    <li>The same files of the run give the same report, byte for byte: <code>graft compare --from</code> and the folder of the run.</li>
  </ul>`

function definitionsOf({ definitions }: ComparisonResult): Html {
  return folded({
    caption: 'What each metric counts',
    head: ['metric', 'definition', 'better', 'defined for'],
    rows: Object.values(definitions).map(({ title, definition, direction, arms }) => [
      title,
      definition,
      direction,
      arms === 'all' ? 'all arms' : 'arms with documents',
    ]),
  })
}

/** Every metric of every arm in both phases, with what could not be scored. */
function countsOf({ arms, definitions }: ComparisonResult): Html {
  const rows = arms.flatMap(({ title, metrics }) =>
    (['initial', 'updated'] as const).flatMap((phase) =>
      Object.entries(metrics[phase]).map(([name, summary]) => [
        title,
        definitions[name as keyof typeof definitions].title,
        phase === 'initial' ? 'before the update' : 'after the update',
        metricText(summary),
        summary.items,
        summary.notApplicable,
        summary.failed,
      ]),
    ),
  )
  return folded({
    caption: 'Every metric of every arm',
    head: ['arm', 'metric', 'when', 'value (95 % range)', 'scored', 'does not apply', 'failed'],
    rows,
  })
}

function voiceOf({ arms }: ComparisonResult): Html | undefined {
  const rows = arms.flatMap(({ title, voice }) => {
    if (voice === null) return []
    const { characters, functionWords, words } = voice
    return [
      [
        title,
        characters && shareWithRange(characters),
        functionWords && shareWithRange(functionWords),
        number(words),
      ],
    ]
  })
  if (rows.length === 0) return undefined
  return tableOf({
    caption:
      'Voice: 0 % as the untuned model writes, 100 % as the house does, by two instruments that should agree',
    head: ['arm', 'by characters', 'by function words', 'words'],
    rows,
  })
}

/** What became ready, and with what. */
function arrivalsOf({ arms }: ComparisonResult): Html {
  return tableOf({
    caption: 'What was run',
    head: ['arm', 'what it is', 'state', 'model', 'adapter', 'gate'],
    rows: arms.map(({ title, description, status, reason, model, training }) => [
      title,
      description,
      reason === null ? status : `${status}: ${reason}`,
      model,
      training?.adapter,
      training?.gate,
    ]),
  })
}
