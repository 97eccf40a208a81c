/** @file Parameters of OpenAI's API that would promise what this server does not do, refused by name. */
import { unsupported } from './shared.ts'

/** A parameter is refused unless its value means the same as leaving it out. */
export type Refusal = {
  param: string
  /** Values beside null that change nothing. */
  harmless?: (value: unknown) => boolean
  why: string
  hint?: string
}

/** @throws RequestError 400 unsupported_parameter for the first parameter that is refused */
export function refuse(
  body: Readonly<Record<string, unknown>>,
  refusals: readonly Refusal[],
): void {
  for (const { param, harmless, why, hint } of refusals) {
    const value = body[param]
    if (value === undefined || value === null || harmless?.(value)) continue
    throw unsupported(param, `${param}: ${why}`, hint)
  }
}

export const isFalse = (value: unknown): boolean => value === false

export const isOne = (value: unknown): boolean => value === 1

export const isZero = (value: unknown): boolean => value === 0

export const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0
