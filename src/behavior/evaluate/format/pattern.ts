/** @file A user's regular expression. */
import { BehaviorError } from '../../errors.ts'

/** @throws {BehaviorError} `invalid_option` when the expression is malformed. */
export function compilePattern(pattern: string, flags = 'u'): RegExp {
  try {
    // A global or sticky expression would remember where the last reply matched.
    return new RegExp(pattern, flags.replace(/[gy]/g, ''))
  } catch (cause) {
    throw new BehaviorError(
      'invalid_option',
      `format: /${pattern}/${flags} is no regular expression`,
      {
        hint: `Correct the expression: ${(cause as Error).message}.`,
        cause,
      },
    )
  }
}
