/** @file Error codes of the engine: building graphs, and running them in ONNX Runtime. */
import { GraftError } from '../errors.ts'

export type EngineErrorCode =
  | 'runtime_missing'
  | 'provider_missing'
  | 'model_too_large'
  | 'model_rejected'
  | 'session_closed'
  | 'input_missing'
  | 'input_unknown'
  | 'output_unknown'
  | 'type_mismatch'
  | 'shape_mismatch'
  | 'attribute_invalid'
  | 'not_differentiable'
  | 'run_failed'
  | 'out_of_memory'

export class EngineError extends GraftError<EngineErrorCode> {}
