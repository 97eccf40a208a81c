/** @file Public face of tokenizers and chat templates. */
export type { ChatMessage, ToolCall, ToolDefinition } from './chat-message.ts'
export {
  type ChatTemplateOptions,
  type RenderChatOptions,
  type RenderedChat,
  renderChat,
} from './chat-template.ts'
export { TokenizerError, type TokenizerErrorCode } from './errors.ts'
export type { Span } from './offsets.ts'
export type { PreTokenizerName } from './pre-tokenizers.ts'
export {
  type RenderTrainingOptions,
  renderTraining,
  type TrainingText,
} from './render-training.ts'
export { createTokenDecoder, type TokenDecoder, type TokenDecoderOptions } from './token-decoder.ts'
export type { DecodeOptions, EncodeOptions, Tokenizer } from './tokenizer.ts'
export { loadTokenizer, parseTokenizer } from './tokenizer-files.ts'
export { type TokenizerJson, type TrainBpeOptions, trainBpe } from './train-bpe.ts'
