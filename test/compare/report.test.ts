/** @file The HTML report of a comparison: what it says of which result, and that it is safe, whole and the same. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type ComparisonResult, renderReport, writeReport } from '../../src/compare/index.ts'
import { runCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'
import { makeQuestions, plant } from './plant.ts'
import { arms, full, poisoned } from './report-results.ts'
import { writeWorld } from './world.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const report = renderReport(full)

/** Text of the page, or of one of its sections, without tags. */
function textOf(markup: string, section?: string): string {
  const part = section === undefined ? markup : sectionOf(markup, section)
  return part
    .replaceAll(/<(style|script|title)>[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&gt;', '>')
    .replaceAll('\u00a0', ' ')
    .replaceAll(/\s+/g, ' ')
}

function sectionOf(markup: string, id: string): string {
  const from = markup.indexOf(`<section id="${id}"`)
  return markup.slice(from, markup.indexOf('</section>', from))
}

describe('renderReport', () => {
  it('says what to use, how sure that is, and what would change it', () => {
    const verdict = textOf(report, 'verdict')
    expect(verdict).toContain('Use fine-tuned + RAG.')
    expect(verdict).toContain(full.verdict.sentence.slice(1))
    expect(verdict).toContain('everything right 30 of 30 100 %')
    expect(verdict).toContain('Does fine-tuning help? yes')
    expect(textOf(report, 'arms')).toContain('P(best) > 99 %')
  })

  it('has every part that a comparison reports', () => {
    const ids = [...report.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)
    expect(ids).toEqual([
      ...['verdict', 'arms', 'differences', 'headroom', 'joint', 'freshness', 'confidence'],
      ...['cost', 'latency', 'weights', 'questions', 'method'],
    ])
  })

  it('gives every plot a sentence and a table', () => {
    const figures = report.split('<figure>').slice(1)
    expect(figures.length).toBeGreaterThanOrEqual(9)
    for (const figure of figures) {
      const own = figure.slice(0, figure.indexOf('</figure>'))
      expect(own).toMatch(/role="img" aria-label="[^"]{40,}"/)
      expect(own).toMatch(/<details class="data"><summary>Table of .*<table><caption>/)
    }
  })

  it('counts the answers behind the bars of joint success', () => {
    const rag = full.arms.find(({ arm }) => arm === 'rag')!
    const alt = /aria-label="(Joint success\. [^"]*)"/.exec(sectionOf(report, 'joint'))![1]!
    expect(alt).toContain(
      'RAG, of 30 questions: 15 everything right, 14 not in the house form, 1 wrong facts.',
    )
    expect(rag.failures.reduce((sum, { items }) => sum + items, 0)).toBe(15)
  })

  it('hangs the losses of the waterfall from what is reached', () => {
    const headroom = textOf(report, 'headroom')
    expect(headroom).toMatch(
      /reading 0 \([^)]+\) with the gold sources 100 % retrieval \+4 \([^)]+\) with what the search finds 96 % knowledge \+100 \([^)]+\) without documents 0 %/,
    )
    expect(headroom).toContain('Not measured: house voice')
  })

  it('shows who went stale after the update, and who was corrected when', () => {
    const freshness = textOf(report, 'freshness')
    expect(freshness).toMatch(
      /fine-tuned right before 0 % [^)]+\) right after 0 % [^)]+\) stale 100 %/,
    )
    expect(freshness).toContain('6 of 6')
    expect(freshness).toContain('Not drawn, because nothing was corrected: base')
  })

  it('shows each answer with its scores and the reasons of those that are missing', () => {
    const found = textOf(report, 'questions')
    expect(found).toContain('Question 3?')
    expect(found).toContain('right is value3')
    expect(found).toContain('sources page-1.md')
    expect(found).toContain('does not apply: the arm has no documents to cite')
  })

  it('names hashes, seed, machine and prices with their day', () => {
    const method = textOf(report, 'method')
    for (const text of [
      full.recordHash,
      'seed 1',
      'c, 2 threads',
      '1 USD per million tokens read, 2 written (2026-11-20)',
    ])
      expect(method).toContain(text)
  })

  it('has the same bytes for the same result, also after it was stored', () => {
    expect(renderReport(JSON.parse(JSON.stringify(full)) as ComparisonResult)).toBe(report)
  })

  it('closes every tag that it opens', () => {
    expect(unbalanced(report)).toEqual([])
  })

  it('writes no number that is none', () => {
    expect(textOf(report)).not.toMatch(/NaN|undefined|Infinity|\[object|\bnull\b/)
  })
})

describe('renderReport, with something missing', () => {
  const sole = { rag: () => ({}) }
  const failing = { base: () => ({}), rag: () => ({ fails: true }) }

  it.each<[string, ComparisonResult, string, string]>([
    ['two questions', plant(makeQuestions(2, 0), arms), 'verdict', 'No verdict.'],
    [
      'no update',
      plant(makeQuestions(8, 2), arms),
      'freshness',
      'Not measured: the run had no update',
    ],
    ['one arm', plant(makeQuestions(8, 2), sole), 'differences', 'No differences are shown'],
    ['one arm', plant(makeQuestions(8, 2), sole), 'verdict', 'RAG stands alone.'],
    [
      'nothing but failures',
      plant(makeQuestions(8, 2), { rag: failing.rag }),
      'latency',
      'Not measured: nothing was answered.',
    ],
    [
      'an arm that failed',
      plant(makeQuestions(8, 2), failing),
      'verdict',
      'RAG failed at 10 questions of 10 (100 %); they count neither as right nor as wrong.',
    ],
    [
      'no confidence',
      plant(makeQuestions(8, 2), { base: () => ({}) }),
      'confidence',
      'No curve is drawn',
    ],
    [
      'no unanswerable question',
      plant(makeQuestions(8, 0), arms),
      'confidence',
      'Abstention was not measured',
    ],
    ['no prices', plant(makeQuestions(8, 2), arms, { prices: null }), 'cost', 'tokens per request'],
    ['no oracle', plant(makeQuestions(8, 2), sole), 'headroom', 'Not measured: knowledge'],
    [
      'a limit that all break',
      plant(makeQuestions(40, 2), sole, {
        constraints: [{ metric: 'latency_p95_ms', phase: 'initial', most: 1 }],
      }),
      'arms',
      'at most 1 ms 10 ms',
    ],
    [
      'a limit that all break',
      plant(makeQuestions(90, 2), sole, {
        constraints: [{ metric: 'latency_p95_ms', phase: 'initial', most: 1 }],
      }),
      'verdict',
      'Nothing qualifies.',
    ],
  ])('%s: says so', (_, result, section, sentence) => {
    const markup = renderReport(result)
    expect(textOf(markup, section)).toContain(sentence)
    expect(unbalanced(markup)).toEqual([])
    expect(textOf(markup)).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('warns of a run that was stopped, with what is missing', () => {
    const stopped: ComparisonResult = {
      ...full,
      complete: false,
      arms: full.arms.map((arm) => ({
        ...arm,
        status: 'partial',
        reason: 'the run was stopped before its end',
        items: { ...arm.items, missing: 3 },
      })),
    }
    const verdict = textOf(renderReport(stopped), 'verdict')
    expect(verdict).toContain('The run is not complete (missing: 15 answers).')
    expect(verdict).toContain('RAG was not asked everything: the run was stopped before its end.')
  })

  it('warns of a judge that cannot be leant on, and of questions that were trained on', () => {
    const judge = { model: 'x/y', items: 40, failed: 3, kappa: 0.31, reliable: false }
    const plan = { ...full.plan, trained: ['q1'] }
    const verdict = textOf(renderReport({ ...full, judge, plan }), 'verdict')
    expect(verdict).toContain('kappa 0.31, 3 failed grades')
    expect(verdict).toContain(
      'among the examples, to the letter, there is 1 question of this run (q1).',
    )
  })
})

describe('a report of hostile texts', () => {
  it('has no tag, attribute or address that its texts brought along', () => {
    const markup = renderReport(poisoned())
    expect(markup.match(/<script/g)).toHaveLength(1)
    expect(markup).not.toMatch(/<img|<iframe|<link rel="stylesheet/)
    const attributes = markup.match(/<[a-z][^>]*>/g)!.map((tag) => tag.replaceAll(/"[^"]*"/g, ''))
    expect(attributes.filter((tag) => / on\w+=|['"]/.test(tag))).toEqual([])
    expect(unbalanced(markup)).toEqual([])
  })
})

describe('writeReport', () => {
  it('writes the whole file, again and again', async () => {
    const file = path.join(folder, 'report.html')
    writeFileSync(file, 'an old one')
    expect(await writeReport(full, file)).toBe(file)
    expect(readFileSync(file, 'utf8')).toBe(report)
  })

  it('names the file that cannot be written', async () => {
    const file = path.join(folder, 'nowhere', 'report.html')
    await expect(writeReport(full, file)).rejects.toMatchObject({
      code: 'unwritable_file',
      message: expect.stringContaining('nowhere') as string,
    })
  })
})

describe('graft compare --report', { timeout: 120_000 }, () => {
  const world = writeWorld(folder)
  const options = { workspace: path.join(folder, 'workspace'), cwd: folder }
  let run = ''

  it('writes the report where it is told, with the quotes of the answers', async () => {
    const args = ['--documents', world.documents, '--arms', 'base,rag', '--report', 'mine.html']
    const { code, stdout, stderr } = await runCli(
      ['compare', world.questions, ...args, '--json'],
      options,
    )
    expect(code, stderr).toBe(0)
    const printed = JSON.parse(stdout) as { folder: string; report: string }
    run = printed.folder
    expect(printed.report).toBe(path.join(folder, 'mine.html'))
    expect(readFileSync(printed.report, 'utf8')).toMatch(/<q>The trial lasts thirty days/)
  })

  it.skipIf(process.platform !== 'linux')(
    'writes the same into the run, and opens it',
    async () => {
      const opened = path.join(folder, 'opened.txt')
      const tools = path.join(folder, 'tools')
      mkdirSync(tools)
      const opener = `#!/bin/sh\nprintf %s "$1" > '${opened}'\n`
      writeFileSync(path.join(tools, 'xdg-open'), opener, { mode: 0o755 })
      const env = { PATH: `${tools}:${process.env.PATH}` }
      const args = ['compare', '--from', run, '--open']
      const { code, stdout, stderr } = await runCli(args, { ...options, env })
      expect(code, stderr).toBe(0)
      const file = path.join(run, 'report.html')
      expect(stdout).toContain(`report: ${file}`)
      expect(readFileSync(file, 'utf8')).toBe(readFileSync(path.join(folder, 'mine.html'), 'utf8'))
      await expect.poll(() => readFileSync(opened, 'utf8')).toBe(file)
    },
  )

  it('says that nothing was found to open it with, and is no failure', async () => {
    const args = ['compare', '--from', run, '--open']
    const { code, stderr } = await runCli(args, { ...options, env: { PATH: '' } })
    expect(code).toBe(0)
    expect(stderr).toContain('No program was found to open the report with.')
  })
})

const VOID = new Set(['meta', 'link', 'input', 'br', '!doctype'])

/** Tags that are opened and not closed in their place, or the other way round. */
function unbalanced(markup: string): string[] {
  const open: string[] = []
  const bad: string[] = []
  const body = markup.replaceAll(/<(style|script)>[\s\S]*?<\/\1>/g, '')
  for (const [, slash, name = '', end] of body.matchAll(/<(\/?)([a-z!][a-z0-9]*)[^>]*?(\/?)>/gi)) {
    if (VOID.has(name.toLowerCase()) || end === '/') continue
    if (slash === '') open.push(name)
    else if (open.pop() !== name) bad.push(name)
  }
  return [...bad, ...open]
}
