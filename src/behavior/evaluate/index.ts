/** @file Public face of the instruments: the format and the voice of replies, measured offline. */
export { checkFormat, compileFormat } from './format/check-format.ts'
export { describeFormat } from './format/describe-format.ts'
export type { FormatProblem, FormatVerdict, ProblemKind } from './format/format-problem.ts'
export type {
  BlockKind,
  FormatElement,
  FormatPart,
  FormatSpec,
  FormatVariant,
  LinePattern,
  TextFormat,
} from './format/format-spec.ts'
export { inferFormat } from './format/infer-format.ts'
export { readJson } from './format/json-reply.ts'
export { parseFormat } from './format/parse-format.ts'
export { maskContent } from './style/mask.ts'
export {
  type ArmStyle,
  measureStyle,
  type StyleAnchors,
  type StyleDifference,
  type StyleInput,
  type StyleOptions,
  type StyleReport,
} from './style/measure-style.ts'
export type { StyleText } from './style/profile.ts'
export type { StyleRange, StyleVerdict } from './style/style-verdict.ts'
