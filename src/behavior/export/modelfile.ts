/** @file Ollama's Modelfile. https://docs.ollama.com/modelfile */
import type { ModelConfig } from '../../models/index.ts'
import type { Tokenizer } from '../../tokenizers/index.ts'
import { BehaviorError } from '../errors.ts'
import { type ChatPieces, chatPieces } from './chat-pieces.ts'

export type ModelfileParts = {
  /** GGUF file of the model, beside the Modelfile. */
  readonly model: string
  /** GGUF file of an adapter, beside the Modelfile. */
  readonly adapter?: string
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly system?: string | undefined
}

/** Longer contexts cost memory; Graft serves as much by default. */
const LARGEST_CONTEXT = 4096

/** @throws BehaviorError `invalid_option` for a system message that the chat template has no place for */
export function modelfile({ model, adapter, config, tokenizer, system }: ModelfileParts): string {
  const pieces = chatPieces(tokenizer)
  if (system !== undefined && pieces && !pieces.system)
    throw new BehaviorError('invalid_option', 'the chat template takes no system message', {
      hint: 'Leave it out; put what it says into the messages of the user.',
    })
  const template = pieces && goTemplate(pieces)
  const lines = [
    `FROM ./${model}`,
    ...(adapter === undefined ? [] : [`ADAPTER ./${adapter}`]),
    template === undefined ? NO_TEMPLATE : `TEMPLATE """${template}"""`,
    ...endTokens({ config, tokenizer, pieces }).map((token) => `PARAMETER stop "${token}"`),
    `PARAMETER num_ctx ${Math.min(config.maxPositions, LARGEST_CONTEXT)}`,
    ...(system === undefined ? [] : [`SYSTEM """${system}"""`]),
  ]
  return `${lines.join('\n')}\n`
}

const NO_TEMPLATE =
  '# The chat template is in the GGUF file; it is no row of fixed pieces, so there is no TEMPLATE here.'

/** Pieces in Go's template language; undefined where they hold what would end the text or a tag. */
function goTemplate({ start, system, user, assistant, prompt }: ChatPieces): string | undefined {
  const around = ([before, after]: readonly [string, string], value: string): string =>
    `${before}{{ ${value} }}${after}`
  const otherwise = start === '' ? '' : `{{ else }}${start}`
  const opening = system
    ? `{{ if .System }}${around(system, '.System')}${otherwise}{{ end }}`
    : start
  const turns = [
    `{{ if eq .Role "user" }}${around(user, '.Content')}`,
    `{{ else if eq .Role "assistant" }}${around(assistant, '.Content')}{{ end }}`,
  ].join('')
  const pieces = [start, ...(system ?? []), ...user, ...assistant, prompt]
  const isPlain = pieces.every((piece) => !/\{\{|\}\}|"""/.test(piece)) && !prompt.endsWith('"')
  return isPlain ? `${opening}{{ range .Messages }}${turns}{{ end }}${prompt}` : undefined
}

/** Texts of the tokens that end a turn: those that the model names, and the one behind a reply. */
function endTokens({
  config,
  tokenizer,
  pieces,
}: Pick<ModelfileParts, 'config' | 'tokenizer'> & { pieces: ChatPieces | undefined }): string[] {
  const behindReply = pieces && endOfTurn(tokenizer, pieces)
  const ids = [behindReply, tokenizer.eosTokenId, ...config.eosTokenIds]
  const texts = ids.map((id) => (id === undefined ? undefined : tokenizer.token(id)))
  return [...new Set(texts.filter((text) => text !== undefined && !text.includes('"')))] as string[]
}

function endOfTurn(tokenizer: Tokenizer, { assistant }: ChatPieces): number | undefined {
  return tokenizer.encode(assistant[1]).find((id) => tokenizer.isSpecial(id))
}
