/** @file Every question with the answers of all arms side by side, and filters to find those that matter. */
import type { ArmResult, ComparisonResult, ItemRecord, QuestionResult } from '../../result.ts'
import { type Content, type Html, html } from '../html.ts'
import { type Fact, factList, sectionOf } from '../section.ts'
import { count, kindTitles } from '../words.ts'
import { answerCard } from './answer-card.ts'
import { type Outcome, outcomesOf, outcomeTitles } from './outcomes.ts'

export function explorerSection(result: ComparisonResult): Html {
  return sectionOf({
    id: 'questions',
    title: 'Every question and answer',
    lead: 'Open a question to see what each arm answered, what it cited and how it was scored.',
    content: [
      filters(result),
      html`<p id="found" class="found" role="status">${count(result.questions.length, 'question')}</p>`,
      html`<div id="list" class="questions">${result.questions.map((question) => questionOf(question, result.arms))}</div>`,
    ],
  })
}

type Choice = readonly [value: string, title: string]

/** Hidden until the script runs, without which they would do nothing. */
function filters({ questions, arms }: ComparisonResult): Html {
  const items = questions.flatMap((question) => question.items)
  const outcomes = new Set(items.flatMap(outcomesOf))
  const asked = arms.filter(({ arm }) => items.some((item) => item.arm === arm))
  const kinds = [...new Set(questions.map(({ kind }) => kind))]
  const isUpdated = items.some(({ phase }) => phase === 'updated')
  return html`<form id="filters" class="filters" role="search" aria-label="Filter questions" hidden>${[
    select(
      'arm',
      'any arm',
      asked.map(({ arm, title }): Choice => [arm, title]),
    ),
    select(
      'outcome',
      'any outcome',
      Object.entries(outcomeTitles).filter(([name]) => outcomes.has(name as Outcome)),
    ),
    select(
      'kind',
      'any kind',
      kinds.map((kind): Choice => [kind, kindTitles[kind]]),
    ),
    isUpdated &&
      select('phase', 'any time', [
        ['initial', 'before the update'],
        ['updated', 'after the update'],
      ]),
  ]}
    <div>
      <label for="filter-words">words</label>
      <input id="filter-words" name="words" type="search" autocomplete="off" placeholder="in questions and answers">
    </div>
    <button type="reset">Show all</button>
  </form>`
}

function select(name: string, any: string, choices: readonly Choice[]): Html {
  const options = choices.map(([value, title]) => html`<option value="${value}">${title}</option>`)
  return html`<div>
    <label for="filter-${name}">${name}</label>
    <select id="filter-${name}" name="${name}"><option value="">${any}</option>${options}</select>
  </div>`
}

function questionOf(question: QuestionResult, arms: readonly ArmResult[]): Html {
  const { id, kind, items } = question
  const initial = items.filter(({ phase }) => phase === 'initial')
  return html`<details class="question" data-kind="${kind}">
    <summary>
      <span class="asked" dir="auto">${question.question}</span>
      <span class="facts-of">
        ${kind !== 'answerable' && html`<span class="badge">${kindTitles[kind]}</span> `}
        ${question.after && html`<span class="badge">changes</span> `}
        ${tally(initial)}
      </span>
    </summary>
    ${expectations(question)}
    ${phases(items, arms)}
    <p class="note">${id}, about ${question.cluster}</p>
  </details>`
}

function tally(items: readonly ItemRecord[]): string {
  const right = items.filter((item) => outcomesOf(item).includes('success')).length
  return `${right} of ${count(items.length, 'arm')} right`
}

function expectations({ kind, gold, rivals, sources, after }: QuestionResult): Html {
  const rows: (Fact | false | null)[] = [
    kind === 'answerable'
      ? ['right is', gold.join(' and ')]
      : ['right is', 'to give no answer: the documents have none'],
    rivals.length > 0 && ['wrong is', rivals.join(', ')],
    sources.length > 0 && ['sources', sources.join(', ')],
    after && [
      'after the update',
      after.deleted ? 'to give no answer: it was removed' : after.gold.join(' and '),
    ],
  ]
  const shown = rows.filter((row) => row !== false && row !== null)
  return factList(shown)
}

function phases(items: readonly ItemRecord[], arms: readonly ArmResult[]): Content {
  const titles = { initial: 'Before the update', updated: 'After the update' } as const
  const isUpdated = items.some(({ phase }) => phase === 'updated')
  return (['initial', 'updated'] as const).map((phase) => {
    const asked = items.filter((item) => item.phase === phase)
    if (asked.length === 0) return undefined
    return html`${isUpdated && html`<h3>${titles[phase]}</h3>`}
      <div class="answers">${asked.map((item) => answerCard(item, arms))}</div>`
  })
}
