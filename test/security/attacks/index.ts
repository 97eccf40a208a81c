/** @file All attacks. */
import type { Attack } from './attack.ts'
import { carrierAttacks } from './carriers.ts'
import { instructionAttacks } from './instructions.ts'
import { linkAttacks } from './links.ts'
import { questionAttacks } from './questions.ts'

export const attacks: readonly Attack[] = [
  ...instructionAttacks,
  ...linkAttacks,
  ...carrierAttacks,
  ...questionAttacks,
]
