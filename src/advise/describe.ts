/** @file Advice and open questions as text, for somebody who decides and does not build. */
import type { Advice, FiredRule, OpenQuestions } from './advise.ts'
import type { QuestionId } from './answers.ts'
import { choicesOf } from './check-answers.ts'
import type { BreakEven, MonthlyCost } from './cost.ts'
import { type OptionId, optionIds, options } from './options.ts'
import type { Prices } from './prices.ts'
import { questionOf } from './questions.ts'
import { formatSignal, type Signals, signalIds, signalKinds } from './signals.ts'
import { describeAnswer } from './view.ts'

export type DescribeOptions = {
  /** Marks titles. Default: as they are. */
  readonly bold?: (text: string) => string
  readonly prices: Prices
}

/** The whole advice, recommendation first. */
export function describeAdvice(advice: Advice, { bold = same, prices }: DescribeOptions): string {
  const sections: readonly [string, readonly string[]][] = [
    ['Why', reasons(advice)],
    ['Along with it', advice.conditions.map((text) => `- ${text}`)],
    ['Options (an expectation from studies, not a result)', standings(advice)],
    ['Measured to be other than said', overrides(advice)],
    ['What would change it', flips(advice)],
    ['Cost', costs(advice, prices)],
    ['Next', advice.nextSteps.map(({ command, purpose }) => `- ${command}\n    ${purpose}`)],
    ['Rules that fired, with their sources', advice.rules.flatMap(describeRule)],
    ['Measured', measured(advice.signals)],
    ['Not measured', notMeasured(advice.signals)],
    ['Not known', advice.unknown.map((id) => `- ${questionOf(id).text}`)],
  ]
  const { name, meaning } = options[advice.recommendation]
  const title = `${bold(`Recommendation: ${name}`)}\n  ${meaning}`
  return [title, ...sections.flatMap((section) => describeSection(section, bold))].join('\n\n')
}

/** What has to be answered, with the answers to choose from. */
export function describeOpenQuestions({ faults, contradictions, missing }: OpenQuestions): string {
  return [
    ...faults.map(({ id, problem, expected }) => `${id}: ${problem}\n  expected: ${expected}`),
    ...contradictions.map(
      ({ between, question }) => `${question}\n  answer again: ${between.join(', ')}`,
    ),
    ...missing.map((id) => `${id}: ${questionOf(id).text}\n  ${describeChoices(id)}`),
  ].join('\n')
}

function describeChoices(id: QuestionId): string {
  const question = questionOf(id)
  const unknown = question.isRequired ? '' : ' | unknown'
  if (question.type === 'number') return `--set ${id}=NUMBER of ${question.unit}${unknown}`
  const separator = question.type === 'many' ? ',' : ' | '
  return `--set ${id}=${choicesOf(question).join(separator)}${unknown}`
}

function describeSection(
  [title, lines]: readonly [string, readonly string[]],
  bold: (text: string) => string,
): string[] {
  return lines.length === 0 ? [] : [[bold(title), ...lines.map((line) => `  ${line}`)].join('\n')]
}

function reasons({ rules, reasons }: Advice): string[] {
  return reasons.map((id) => {
    const { statement, grounds } = rules.find((rule) => rule.id === id)!
    return `- ${statement}${grounds.map(({ text }) => `\n    ${text}`).join('')}`
  })
}

function standings({ standings }: Advice): string[] {
  return standings.map(({ option, points, ruledOutBy, expectation }) => {
    const name = options[option].name.padEnd(28)
    if (ruledOutBy.length > 0) return `${name} ruled out: ${ruledOutBy.join(', ')}`
    return `${name} ${signed(points).padStart(3)} points, ${Math.round(expectation * 100)} %`
  })
}

function describeRule({ id, statement, grounds, grade, sources, ...effects }: FiredRule): string[] {
  return [
    `${id} (grade ${grade})`,
    `  ${statement}`,
    ...grounds.map(({ text, origin }) => `  ${origin}: ${text}`),
    `  effect: ${describeEffect(effects)}`,
    ...sources.map(({ title, url, read }) => `  source: ${title}, ${url}${readNotes[read]}`),
  ]
}

const readNotes = { text: '', abstract: ' (abstract)', quoted: ' (as quoted by others)' }

function describeEffect({
  points,
  rulesOut,
  condition,
}: Pick<FiredRule, 'points' | 'rulesOut' | 'condition'>): string {
  const out = rulesOut.length > 0 ? [`rules out ${rulesOut.join(', ')}`] : []
  const moved = optionIds
    .filter((id) => points[id] !== undefined)
    .map((id) => `${id} ${signed(points[id]!)}`)
  const asked = condition ? [`with ${condition.for.join(', ')}: ${condition.text}`] : []
  return [[...out, ...moved].join(', '), ...asked].filter(Boolean).join('; ')
}

function overrides({ overrides }: Advice): string[] {
  return overrides.map(({ stated, measured }) => `- said: ${stated}\n    measured: ${measured}`)
}

function flips({ flips }: Advice): string[] {
  const lines = [
    ...flips.answers.map(({ question, to, recommendation }) => ({
      text: `${questionOf(question).text} ${describeAnswer(question, to)}`,
      recommendation,
    })),
    ...flips.signals.map(({ signal, value, recommendation }) => ({
      text: `if measured - ${signalKinds[signal].name}: ${formatSignal(signal, { value, how: '' })}`,
      recommendation,
    })),
  ]
  if (lines.length === 0) return ['No other answer to any single question would.']
  return [...Map.groupBy(lines, ({ recommendation }) => recommendation)].flatMap(
    ([option, group]) => [`to ${options[option].name}:`, ...group.map(({ text }) => `  - ${text}`)],
  )
}

function costs({ cost, recommendation }: Advice, prices: Prices): string[] {
  if (cost.requestsPerMonth === null)
    return ['Not estimated: it needs the number of requests a month (--set requests=NUMBER).']
  const volume = cost.requestsPerMonth
  const first = (plan: MonthlyCost): number => (plan.option === recommendation ? 0 : 1)
  const plans = [...cost.plans].sort((a, b) => first(a) - first(b))
  return [
    `dollars a month at ${volume.toLocaleString('en')} and ${(10 * volume).toLocaleString('en')} requests; setup in brackets`,
    ...plans.map(
      ({ option, on, usdPerMonth, usdPerMonthAt10x, setupUsd }) =>
        `${options[option].name.padEnd(28)} ${on.padEnd(24)} ${usd(usdPerMonth).padStart(9)} ${usd(usdPerMonthAt10x).padStart(9)}  (${usd(setupUsd)})`,
    ),
    ...describeBreakEvens(cost.breakEven),
    `prices: ${prices.smallModel.name} of ${prices.smallModel.date}, ${prices.largeModel.name} of ${prices.largeModel.date}, ${prices.gpu.name} at $${prices.gpu.usdPerHour}/h of ${prices.gpu.date}; work on code and documents is not counted`,
  ]
}

function describeBreakEvens(breakEvens: readonly BreakEven[]): string[] {
  if (breakEvens.length === 0) return ['break-even of a tuned model: none, for it is ruled out']
  return breakEvens.map(({ tuned, untuned, requestsPerMonth }) => {
    const from =
      requestsPerMonth === null
        ? 'none, it never becomes the cheaper one'
        : `${requestsPerMonth.toLocaleString('en')} requests a month`
    return `break-even of ${nameOf(tuned)} against ${nameOf(untuned)}: ${from}`
  })
}

function nameOf({ option, on }: { option: OptionId; on: string }): string {
  return `${option} (${on})`
}

function measured(signals: Signals): string[] {
  return signalIds.flatMap((id) => {
    const signal = signals[id]
    return signal ? [`${signalKinds[id].name}: ${formatSignal(id, signal)} (${signal.how})`] : []
  })
}

/** Grouped by what they need, because one file or probe gives several. */
function notMeasured(signals: Signals): string[] {
  const open = signalIds.filter((id) => signals[id] === undefined)
  return [...Map.groupBy(open, (id) => signalKinds[id].needs)].map(
    ([needs, ids]) => `${ids.map((id) => signalKinds[id].name).join('; ')}\n    needs ${needs}`,
  )
}

/** Cents matter below a hundred dollars, and only there. */
function usd(value: number): string {
  const digits = value < 100 && !Number.isInteger(value) ? 2 : 0
  const limits = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return `$${value.toLocaleString('en', limits)}`
}

function signed(points: number): string {
  return points > 0 ? `+${points}` : String(points)
}

function same(text: string): string {
  return text
}
