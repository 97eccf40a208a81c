/** @file Writes what a bench measured as JSON and as Markdown, with what is needed to run it again. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export type Cell = string | number

export type ResultTable = { title: string; columns: string[]; rows: Cell[][] }

export type BenchReport = {
  /** File name of the result, without its ending. */
  name: string
  title: string
  /** Options as they were given, for the command line in the result. */
  options: string[]
  seeds: Record<string, number>
  tables: ResultTable[]
  /** What a reader must know to read the tables rightly. */
  notes: string[]
  /** Every measurement behind the tables. */
  measurements: unknown
  /** A quick run is for trying out: it prints its tables and writes no result. */
  quick?: boolean
}

export type MachineFacts = {
  cpu: string
  cores: number
  memoryGb: number
  platform: string
  node: string
  /** Load average over the minute before the bench; above 0.5 the machine was not idle. */
  loadAtStart: number
}

const root = path.resolve(import.meta.dirname, '..')
const resultsFolder = path.join(root, 'bench/results')
// Read when the module is loaded: at the end of a bench the load is its own.
const loadAtStart = os.loadavg()[0]!
const startedAt = new Date().toISOString()

/** Prints the tables; unless the run is quick, also writes `bench/results/NAME.json` and `NAME.md`. */
export function writeReport(report: BenchReport): void {
  const facts = {
    command: ['npm run bench --', report.name, ...report.options].join(' '),
    date: startedAt,
    commit: graftCommit(),
    machine: machineFacts(),
  }
  const markdown = toMarkdown(report, facts)
  console.log(markdown)
  if (report.quick) return
  const { name, title, seeds, notes, tables, measurements } = report
  const json = { name, title, ...facts, seeds, notes, tables, measurements }
  mkdirSync(resultsFolder, { recursive: true })
  writeFileSync(path.join(resultsFolder, `${name}.md`), markdown)
  writeFileSync(path.join(resultsFolder, `${name}.json`), `${JSON.stringify(json, null, 2)}\n`)
  console.log(`Written: bench/results/${name}.md and ${name}.json`)
}

/** Three significant digits: more would be noise on a shared machine. */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : value
}

/** `0.96 (0.80-0.99)` */
export function interval(share: { rate: number; low: number; high: number }): string {
  const [rate, low, high] = [share.rate, share.low, share.high].map((value) => value.toFixed(2))
  return `${rate} (${low}-${high})`
}

/** Facts that explain a number, without anything that names the machine or its owner. */
function machineFacts(): MachineFacts {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    loadAtStart: rounded(loadAtStart),
  }
}

function graftCommit(): string {
  const git = (...args: string[]): string =>
    spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  const commit = git('rev-parse', '--short=12', '--verify', '--quiet', 'HEAD') || 'not committed'
  const changed = git('status', '--porcelain', '--', 'src') !== ''
  return `${version}, ${commit}${changed ? ' with uncommitted changes in src' : ''}`
}

function toMarkdown(
  { title, seeds, tables, notes }: BenchReport,
  facts: { command: string; date: string; commit: string; machine: MachineFacts },
): string {
  const { cpu, cores, memoryGb, platform, node, loadAtStart: load } = facts.machine
  const seedList = Object.entries(seeds).map(([name, seed]) => `${name} ${seed}`)
  return [
    `# ${title}`,
    '',
    `- Command: \`${facts.command}\``,
    `- Date: ${facts.date}`,
    `- Graft: ${facts.commit}`,
    `- Machine: ${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}, Node ${node}, load at start ${load}`,
    `- Seeds: ${seedList.length > 0 ? seedList.join(', ') : 'none, nothing is drawn at random'}`,
    '',
    ...tables.flatMap(tableLines),
    ...(notes.length > 0 ? ['## Notes', '', ...notes.map((note) => `- ${note}`), ''] : []),
  ].join('\n')
}

function tableLines({ title, columns, rows }: ResultTable): string[] {
  const line = (cells: Cell[]): string => `| ${cells.map(cellText).join(' | ')} |`
  return [`## ${title}`, '', line(columns), line(columns.map(() => '---')), ...rows.map(line), '']
}

function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell.replaceAll('|', '\\|').replaceAll('\n', ' ')
  return Number.isNaN(cell) ? '-' : String(cell)
}
