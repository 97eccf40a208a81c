/** @file The one error that crosses Graft's public borders; each part subclasses it with its codes. */

export type GraftErrorOptions = { hint?: string; cause?: unknown }

/**
 * An expected failure: `code` is stable API, `message` states the fact with its actual values, `hint`
 * says what to do about it.
 */
export class GraftError<Code extends string = string> extends Error {
  readonly code: Code
  readonly hint: string | undefined

  constructor(code: Code, message: string, { hint, cause }: GraftErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.code = code
    this.hint = hint
  }

  toJSON(): { code: Code; message: string; hint?: string } {
    const { code, message, hint } = this
    return hint === undefined ? { code, message } : { code, message, hint }
  }
}
