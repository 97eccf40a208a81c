/** @file ONNX models: writing them, and running them in ONNX Runtime. */
export { EngineError, type EngineErrorCode } from './errors.ts'
export {
  encodeModel,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from './model.ts'
export { availableProviders, type Provider } from './runtime.ts'
export { createSession, type Session, type SessionOptions } from './session.ts'
export {
  type ArrayOf,
  type DataType,
  type Dimension,
  dataTypes,
  describeTensor,
  type Shape,
  type StoredTensor,
  sizeOf,
  type TensorData,
  tensorData,
} from './tensor.ts'
