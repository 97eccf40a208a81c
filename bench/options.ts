/** @file Reads the options of a bench, with errors that say what is allowed. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { GraftError } from '../src/errors.ts'

/** Values of the options by name; every one that is left out has its default from `config`. */
export type OptionValues = Record<string, string | boolean | undefined>

/** @throws GraftError invalid_option */
export function readOptions(options: string[], config: ParseArgsOptionsConfig): OptionValues {
  try {
    return parseArgs({ args: options, options: config, strict: true }).values as OptionValues
  } catch (cause) {
    const names = Object.entries(config).map(([name, { type }]) =>
      type === 'boolean' ? `--${name}` : `--${name} VALUE`,
    )
    throw new GraftError('invalid_option', (cause as Error).message, {
      hint: `This bench takes: ${names.join(', ')}.`,
      cause,
    })
  }
}

/** A whole number above zero. @throws GraftError invalid_option */
export function positiveInteger(name: string, value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && number > 0) return number
  throw new GraftError('invalid_option', `--${name} is "${value}"`, {
    hint: `Give --${name} a whole number above zero.`,
  })
}
