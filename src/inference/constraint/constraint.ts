/**
 * @file Constrained decoding: which tokens may come next so that the output is JSON of a schema, a text of a
 * regular expression, or one of several choices.
 */
import type { Tokenizer } from '../../tokenizers/index.ts'
import { InferenceError } from '../errors.ts'
import { type Automaton, both, textAmong, textMatching } from './automaton.ts'
import { createGrammarBuilder, type Grammar } from './grammar.ts'
import { type Configuration, createMatcher, dead, type Matcher } from './matcher.ts'
import { parsePattern, wholeText } from './pattern.ts'
import { schemaGrammar } from './schema-grammar.ts'
import type { Schema } from './schema-keywords.ts'
import type { Separators } from './schema-writer.ts'
import { textTokens } from './token-bytes.ts'
import { createTokenTrie, type TokenTrie } from './token-trie.ts'
import { writeAutomaton } from './write-text.ts'

export type JsonLayout = {
  /**
   * What stands between elements, and between name and value: nothing but `,` and `:` by default, or a
   * space behind each, as Python's json.dumps writes. There is no other white space.
   */
  layout?: 'compact' | 'spaced'
}

/** `json` is any object; `regex`, and each of `also`, has to match the whole output. */
export type ConstraintSpec =
  | ({ type: 'json' } & JsonLayout)
  | ({ type: 'json-schema'; schema: Schema } & JsonLayout)
  | { type: 'regex'; pattern: string; also?: readonly string[] }
  | { type: 'choice'; choices: readonly string[] }

/** One output while it is written. */
export type Constraint = {
  /**
   * Bit set = token allowed now: token t is bit t % 32 of word t / 32. End tokens are allowed when the output
   * is complete. Shared: read it before the next call, and do not change it.
   */
  mask(): Int32Array
  /** @throws InferenceError `token_not_allowed`; the constraint is then as before */
  accept(token: number): void
  /** Whether the output may end here. */
  readonly isComplete: boolean
}

/** A constraint for any number of outputs, which share what each finds out about the grammar. */
export type CompiledConstraint = { start(): Constraint }

export type ConstraintCompiler = {
  /**
   * Compiles a specification, or finds it compiled.
   * @throws InferenceError `schema_…`, `pattern_…`, `choice_invalid`, `constraint_unsatisfiable`,
   * `constraint_too_large`
   */
  compile(spec: ConstraintSpec): CompiledConstraint
}

export type ConstraintCompilerOptions = {
  /** Rows of the logits, which may be more than the tokenizer has. */
  vocabSize: number
  /** Tokens that end an output. They and control tokens never stand inside. */
  endTokenIds: readonly number[]
}

/** Compiled constraints that are kept; each holds a few MB once used with a large vocabulary. */
const MAX_COMPILED = 16
/** States that they may have together; a constraint of this size alone is kept as well. */
const MAX_KEPT_STATES = 200_000
/** Masks that are kept per constraint: 5 MB with 150,000 tokens. */
const MAX_MASKS = 256

/** A compiler for the vocabulary of one model. */
export function createConstraintCompiler(
  tokenizer: Tokenizer,
  { vocabSize, endTokenIds }: ConstraintCompilerOptions,
): ConstraintCompiler {
  const ends = new Set(endTokenIds)
  const trie = createTokenTrie(textTokens(tokenizer, { without: ends }))
  const kept = new Map<string, SizedConstraint>()
  return {
    compile: (spec) => {
      const key = keyOf(spec)
      const found = kept.get(key) ?? compileConstraint(spec, { trie, vocabSize, ends })
      // The one used last moves to the end; the first is the one not used for longest.
      kept.delete(key)
      kept.set(key, found)
      dropOldest(kept)
      return found
    },
  }
}

type SizedConstraint = CompiledConstraint & { readonly stateCount: number }

function dropOldest(kept: Map<string, SizedConstraint>): void {
  let stateCount = [...kept.values()].reduce((sum, one) => sum + one.stateCount, 0)
  for (const [key, one] of kept) {
    const fits = kept.size <= MAX_COMPILED && stateCount <= MAX_KEPT_STATES
    if (fits || kept.size === 1) return
    kept.delete(key)
    stateCount -= one.stateCount
  }
}

/** @throws InferenceError `schema_invalid` for schemas that are not JSON, or too deep to be written */
function keyOf(spec: ConstraintSpec): string {
  try {
    return JSON.stringify(spec)
  } catch (cause) {
    const problem = `cannot be written as JSON: ${(cause as Error).message}`
    throw new InferenceError('schema_invalid', `the ${spec.type} constraint ${problem}`, {
      hint: 'Give a JSON Schema as parsed from JSON, nested less than a thousand levels.',
      cause,
    })
  }
}

type Vocabulary = { trie: TokenTrie; vocabSize: number; ends: ReadonlySet<number> }

function compileConstraint(spec: ConstraintSpec, vocabulary: Vocabulary): SizedConstraint {
  const grammar = grammarOf(spec)
  if (!grammar) {
    throw new InferenceError(
      'constraint_unsatisfiable',
      `no output satisfies the ${spec.type} constraint`,
      {
        hint: 'Look for limits or required properties that contradict each other.',
      },
    )
  }
  const matcher = createMatcher(grammar)
  const maskOf = createMasks(matcher, vocabulary)
  return {
    stateCount: grammar.states.length,
    start: () => createConstraint(matcher, vocabulary, maskOf),
  }
}

function grammarOf(spec: ConstraintSpec): Grammar | undefined {
  if (spec.type === 'json') return schemaGrammar({ type: 'object' }, separators(spec))
  if (spec.type === 'json-schema') return schemaGrammar(plainSchema(spec.schema), separators(spec))
  if (spec.type === 'choice') return textGrammar(textAmong(checkedChoices(spec.choices)))
  const { pattern, also = [] } = spec
  return textGrammar([pattern, ...also].map(automatonOf).reduce(both))
}

function automatonOf(pattern: string): Automaton {
  return textMatching(wholeText(parsePattern(pattern), pattern, { search: false }))
}

function separators({ layout = 'compact' }: JsonLayout): Separators {
  return layout === 'spaced' ? { comma: ', ', colon: ': ' } : { comma: ',', colon: ':' }
}

/** The schema as JSON has it, without undefined members and prototypes. */
const plainSchema = (schema: Schema): Schema => JSON.parse(JSON.stringify(schema)) as Schema

function textGrammar(automaton: Automaton): Grammar | undefined {
  const grammar = createGrammarBuilder()
  const root = grammar.addRule()
  writeAutomaton(grammar, automaton, { source: root.start, target: root.end, encoding: 'plain' })
  return grammar.build(root)
}

function checkedChoices(choices: readonly string[]): readonly string[] {
  const broken = choices.find((choice) => choice === '' || !choice.isWellFormed())
  if (choices.length > 0 && broken === undefined) return choices
  const problem = choices.length === 0 ? 'no choices' : `the choice ${JSON.stringify(broken)}`
  throw new InferenceError('choice_invalid', `the constraint has ${problem}`, {
    hint: 'Give one or more choices that are not empty and hold no half characters.',
  })
}

/** Masks by configuration; those in use are few, since texts of one grammar pass the same places. */
function createMasks(
  matcher: Matcher,
  { trie, vocabSize, ends }: Vocabulary,
): (configuration: Configuration) => Int32Array {
  let kept: Configuration[] = []
  return (configuration) => {
    if (configuration.mask) return configuration.mask
    if (kept.length >= MAX_MASKS) {
      for (const old of kept) old.mask = undefined
      kept = []
    }
    const mask = new Int32Array(Math.ceil(vocabSize / 32))
    trie.allow(matcher, configuration, mask)
    if (configuration.isComplete) for (const id of ends) mask[id >> 5]! |= 1 << (id & 31)
    configuration.mask = mask
    kept.push(configuration)
    return mask
  }
}

function createConstraint(
  matcher: Matcher,
  { trie, ends }: Vocabulary,
  maskOf: (configuration: Configuration) => Int32Array,
): Constraint {
  let configuration = matcher.start
  return {
    mask: () => maskOf(configuration),
    accept: (token) => {
      if (ends.has(token) && configuration.isComplete) return
      const bytes = trie.bytes(token)
      let next = bytes.length === 0 ? dead : configuration
      for (const byte of bytes) next = matcher.step(next, byte)
      if (next === dead) throw notAllowed(token, configuration)
      configuration = next
    },
    get isComplete() {
      return configuration.isComplete
    },
  }
}

function notAllowed(token: number, { isComplete }: Configuration): InferenceError {
  const where = isComplete ? 'the output is complete' : 'the output is not complete'
  return new InferenceError(
    'token_not_allowed',
    `the constraint rules out token ${token}; ${where}`,
    {
      hint: 'Choose tokens among those in mask().',
    },
  )
}
