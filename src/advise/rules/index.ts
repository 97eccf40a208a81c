/** @file All rules: gates first, then what they leave to weigh. */
import { formRules } from './form.ts'
import { gates } from './gates.ts'
import { knowledgeRules } from './knowledge.ts'
import { limitRules } from './limits.ts'
import type { Rule } from './rule.ts'

export type { Grade, Points, Rule } from './rule.ts'

export const rules: readonly Rule[] = [...gates, ...knowledgeRules, ...formRules, ...limitRules]
