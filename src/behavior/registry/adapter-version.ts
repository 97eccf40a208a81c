/** @file An adapter as the registry knows it, and how people name it. */
import { BehaviorError } from '../errors.ts'

/** What the gate said: only what passed can be promoted without force. */
export type GateVerdict = 'passed' | 'refused'

/** What an adapter came from. */
export type Lineage = {
  /** SHA-256 of the training data. */
  readonly dataHash: string
  /** Name or folder of the base, as it was given. */
  readonly base: string
  /** SHA-256 of the base's weights. */
  readonly baseHash: string
  /** Everything else that decides the result. */
  readonly config: Readonly<Record<string, unknown>>
}

export type AdapterVersion = Lineage & {
  readonly id: number
  readonly name: string
  readonly version: number
  readonly evaluation: Readonly<Record<string, unknown>>
  readonly verdict: GateVerdict
  /** SHA-256 over the files. */
  readonly hash: string
  readonly createdAt: string
}

export type AdapterFile = { readonly path: string; readonly content: Uint8Array }

/** `support` (its newest version), `support:3` or `support@production`. */
export type AdapterReference =
  | { readonly name: string }
  | { readonly name: string; readonly version: number }
  | { readonly name: string; readonly alias: string }

const WORD = '[a-z0-9][a-z0-9._-]{0,62}'
const REFERENCE = new RegExp(`^(${WORD})(?::([1-9]\\d{0,8})|@(${WORD}))?$`)

/** @throws BehaviorError `invalid_name` */
export function parseReference(text: string): AdapterReference {
  const [, name, version, alias] = REFERENCE.exec(text) ?? []
  if (name === undefined)
    throw new BehaviorError('invalid_name', `"${text}" names no adapter`, {
      hint: 'Write support, support:3 or support@production, in lower-case letters, digits, dots and dashes.',
    })
  if (version !== undefined) return { name, version: Number(version) }
  return alias === undefined ? { name } : { name, alias }
}

/** @throws BehaviorError `invalid_name` */
export function assertName(name: string): void {
  if (new RegExp(`^${WORD}$`).test(name)) return
  throw new BehaviorError('invalid_name', `"${name}" is no name for an adapter`, {
    hint: 'Use up to 63 lower-case letters, digits, dots, dashes and underscores, such as support.',
  })
}
