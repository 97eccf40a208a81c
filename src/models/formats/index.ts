/** @file Public face of the file formats. */
export { bytesPerElement, countNonFinite, type Dtype, type FloatDtype } from './dtype.ts'
export { ModelFormatError, type ModelFormatErrorCode } from './errors.ts'
export type { GgufMetadata, GgufTensorType, GgufValue } from './gguf-format.ts'
export { type GgufModelOptions, writeGgufAdapter, writeGgufModel } from './gguf-model.ts'
export { type Gguf, type GgufScalar, type GgufTensorInfo, openGguf } from './gguf-read.ts'
export type { GgufTokenizer } from './gguf-tokenizer.ts'
export { type GgufTensorToWrite, writeGguf } from './gguf-write.ts'
export {
  bf16Bits,
  bf16Value,
  decodeBf16Array,
  decodeF16Array,
  encodeBf16,
  encodeF16,
  f16Bits,
  f16Value,
} from './half.ts'
export { type LoraAdapter, type LoraModule, loraScale } from './lora-adapter.ts'
export {
  type Architecture,
  type ModelConfig,
  parseModelConfig,
  type RopeScaling,
  readModelConfig,
  writeModelConfig,
} from './model-config.ts'
export { readPeftAdapter, writePeftAdapter } from './peft.ts'
export { decodeQ8_0, encodeQ8_0 } from './q8-0.ts'
export { openSafetensors, type Safetensors } from './safetensors-read.ts'
export {
  type SafetensorToWrite,
  writeSafetensors,
  writeSafetensorsFolder,
} from './safetensors-write.ts'
export type { LoadedTensor, TensorInfo, TensorSource, TensorToWrite } from './tensor.ts'
