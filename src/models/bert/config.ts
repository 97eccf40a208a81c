/** @file config.json of BERT encoders, read into one typed shape. */
import { join } from 'node:path'
import { z } from 'zod'
import { readJson } from '../formats/files.ts'
import { ModelFormatError } from '../formats/index.ts'

export type EncoderConfig = {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layerCount: number
  readonly headCount: number
  readonly maxPositions: number
  /** Rows of the table of token types, of which single texts use the first. */
  readonly typeCount: number
  readonly normEpsilon: number
}

const count = z.int().min(1)
const configSchema = z.object({
  architectures: z.array(z.string()).nullish(),
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  max_position_embeddings: count.default(512),
  type_vocab_size: count.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.string().default('gelu'),
  position_embedding_type: z.string().nullish(),
  is_decoder: z.boolean().nullish(),
  quantization_config: z.unknown().optional(),
})
type RawConfig = z.infer<typeof configSchema>

/** Classes whose body is the encoder itself; the others were trained for another output than a vector. */
const encoderClasses = ['BertModel', 'BertForMaskedLM', 'BertForPreTraining']

/**
 * Reads `config.json` of an encoder's folder.
 * @throws ModelFormatError `file_missing` | `unknown_architecture` | `invalid_config` |
 *   `unsupported_feature`
 */
export async function readEncoderConfig(folder: string): Promise<EncoderConfig> {
  const path = join(folder, 'config.json')
  const json = await readJson(path)
  assertBert(json, path)
  const parsed = configSchema.safeParse(json)
  if (!parsed.success) {
    const { path: where, message } = parsed.error.issues[0]!
    throw invalid(path, `"${where.join('.')}": ${message}`)
  }
  const raw = parsed.data
  refuseUnsupported(raw, path)
  if (raw.hidden_size % raw.num_attention_heads !== 0)
    throw invalid(
      path,
      `hidden_size ${raw.hidden_size} is no multiple of ${raw.num_attention_heads} attention heads`,
    )
  return {
    vocabSize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    intermediateSize: raw.intermediate_size,
    layerCount: raw.num_hidden_layers,
    headCount: raw.num_attention_heads,
    maxPositions: raw.max_position_embeddings,
    typeCount: raw.type_vocab_size,
    normEpsilon: raw.layer_norm_eps,
  }
}

function assertBert(json: unknown, path: string): void {
  const { model_type: name } = z
    .object({ model_type: z.unknown() })
    .catch({ model_type: undefined })
    .parse(json)
  if (name === 'bert') return
  throw new ModelFormatError(
    'unknown_architecture',
    `${path} has model_type ${JSON.stringify(name)}; the only encoder known is "bert"`,
    {
      hint: 'Use a BERT encoder such as all-MiniLM-L6-v2, bge-small-en-v1.5 or e5-small-v2, or a folder with onnx/model.onnx.',
    },
  )
}

function refuseUnsupported(raw: RawConfig, path: string): void {
  const positions = raw.position_embedding_type ?? 'absolute'
  const classes = raw.architectures ?? []
  const isEncoder = classes.length === 0 || classes.some((name) => encoderClasses.includes(name))
  const problems: [boolean, string][] = [
    [!isEncoder, `a ${classes[0]}, which is no encoder of single texts`],
    [raw.is_decoder === true, 'a decoder, which is no encoder of single texts'],
    [raw.hidden_act !== 'gelu', `the activation "${raw.hidden_act}"`],
    [positions !== 'absolute', `the positions "${positions}"`],
    [raw.quantization_config != null, 'quantised weights'],
  ]
  for (const [found, feature] of problems)
    if (found)
      throw new ModelFormatError('unsupported_feature', `${path} asks for ${feature}`, {
        hint: 'Use a plain BertModel with GELU and absolute positions.',
      })
}

function invalid(path: string, reason: string): ModelFormatError {
  return new ModelFormatError('invalid_config', `${path}: ${reason}`, {
    hint: 'Correct config.json, or take it from the same place as the weights.',
  })
}
