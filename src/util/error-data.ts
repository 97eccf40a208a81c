/** @file Errors as data, because a class does not survive the way between threads. */
import { GraftError } from '../errors.ts'

export type ErrorData = {
  readonly name: string
  readonly code?: string
  readonly message: string
  readonly hint?: string
  readonly stack?: string
}

export type ErrorClasses = Readonly<Record<string, new (...parameters: never) => GraftError>>

export function describeError(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  const rest = error instanceof GraftError ? error.toJSON() : { message }
  return { name, ...rest, ...(stack !== undefined && { stack }) }
}

/** The error again, of its own class where that is among `classes`. */
export function reviveError(
  { name, code, message, hint, stack }: ErrorData,
  classes: ErrorClasses,
): Error {
  const options = hint === undefined ? {} : { hint }
  const Class = classes[name] as typeof GraftError | undefined
  const error = Class && code !== undefined ? new Class(code, message, options) : new Error(message)
  return stack === undefined ? error : Object.assign(error, { stack })
}
