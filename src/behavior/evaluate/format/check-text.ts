/** @file Checks a reply against a skeleton of lines and says what is wrong where. */
import { type Alignment, align, type Edit } from './align.ts'
import { blockNames, showElement } from './elements.ts'
import type { FormatProblem } from './format-problem.ts'
import type { Bounds, FormatElement, FormatVariant, TextFormat } from './format-spec.ts'
import { faultOf } from './line-patterns.ts'
import { linesOf, type ReplyLine } from './reply-lines.ts'

/** Compares with every form and reports against the one that is nearest. */
export function checkText({ variants, characters }: TextFormat, reply: string): FormatProblem[] {
  const lines = linesOf(reply)
  const texts = fixedTexts(variants)
  const isFixed = (line: ReplyLine): boolean => texts.has(line.text)
  const alignments = variants.map((variant) => align(lines, variant, isFixed))
  const nearest = alignments.reduce((best, one) => (one.cost < best.cost ? one : best))
  return [...problemsOf(nearest), ...lengthProblems(reply.trim().length, characters)]
}

/** Lines that have a place of their own, and so are no free text. */
function fixedTexts(variants: readonly FormatVariant[]): Set<string> {
  const elements = variants.flatMap(({ parts }) => parts.flatMap((part) => part.elements))
  const lines = elements.flatMap((element) => (element.is === 'line' ? element.lines : []))
  return new Set(lines.flatMap((pattern) => ('text' in pattern ? [pattern.text] : [])))
}

function problemsOf({ edits }: Alignment): FormatProblem[] {
  const problems: FormatProblem[] = []
  for (const edit of edits) {
    if (edit.edit === 'missing') problems.push(missingProblem(edit))
    if (edit.edit === 'unexpected') problems.push(unexpectedProblem(edit.line))
    if (edit.edit === 'differs') problems.push(differentProblem(edit.line, edit.element))
  }
  return [...problems, ...countProblems(edits)]
}

function missingProblem({ element, before }: Extract<Edit, { edit: 'missing' }>): FormatProblem {
  return {
    kind: 'missing',
    line: before,
    message: `before line ${before}, ${showElement(element)} is missing`,
  }
}

function unexpectedProblem({ text, kind, number }: ReplyLine): FormatProblem {
  const what =
    kind === 'blank' ? 'is empty where no empty line belongs' : `does not belong here: "${text}"`
  return { kind: 'unexpected', line: number, message: `line ${number} ${what}` }
}

function differentProblem({ text, number }: ReplyLine, element: FormatElement): FormatProblem {
  const [only, ...others] = element.is === 'line' ? element.lines : []
  const fault =
    only && others.length === 0 ? faultOf(only, text)! : `is not ${showElement(element)}`
  return { kind: 'different', line: number, message: `line ${number} ${fault}: "${text}"` }
}

/** Blocks with more or fewer items than usual. */
function countProblems(edits: readonly Edit[]): FormatProblem[] {
  const problems: FormatProblem[] = []
  const inBlocks = edits.flatMap((edit) =>
    'at' in edit && edit.element.is === 'block' ? [edit] : [],
  )
  for (const own of Map.groupBy(inBlocks, ({ at }) => at).values()) {
    const { element, line } = own[0]!
    const items = own.filter((edit) => edit.line.isItem && edit.line.kind !== 'blank').length
    if (element.is !== 'block' || isWithin(items, element.items)) continue
    const { one, item } = blockNames[element.of]
    problems.push({
      kind: 'count',
      line: line.number,
      message: `${one} at line ${line.number} has ${items} ${item}${items === 1 ? '' : 's'}, where ${showBounds(element.items)} ${element.items.max === 1 ? 'is' : 'are'} usual`,
    })
  }
  return problems
}

function lengthProblems(length: number, bounds: Bounds | undefined): FormatProblem[] {
  if (!bounds || isWithin(length, bounds)) return []
  const message = `the reply has ${length} characters, where ${showBounds(bounds)} are usual`
  return [{ kind: 'length', message }]
}

function isWithin(value: number, { min, max }: Bounds): boolean {
  return value >= min && value <= max
}

function showBounds({ min, max }: Bounds): string {
  return min === max ? `${min}` : `${min} to ${max}`
}
