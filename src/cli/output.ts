/** @file What commands print: results on stdout, progress and errors on stderr. */
import { GraftError } from '../errors.ts'

const color = process.stderr.isTTY && !process.env.NO_COLOR

export function dim(text: string): string {
  return color ? `\u001b[2m${text}\u001b[22m` : text
}

export function bold(text: string): string {
  return color ? `\u001b[1m${text}\u001b[22m` : text
}

function red(text: string): string {
  return color ? `\u001b[31m${text}\u001b[39m` : text
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Prints an expected failure as two lines, anything else with its stack. */
export function printError(error: unknown): void {
  if (error instanceof GraftError) {
    note(`${red('error:')} ${error.message} ${dim(`[${error.code}]`)}`)
    if (error.hint) note(`hint: ${error.hint}`)
  } else note(red(error instanceof Error ? (error.stack ?? error.message) : String(error)))
}

export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? singular : plural}`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}
