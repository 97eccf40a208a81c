/** @file The worker thread that fits a model: texts in, in parts, then the packed model out. */
import { parentPort } from 'node:worker_threads'
import { fitModel } from './fit-model.ts'
import { type PackedModel, packModel } from './fitted-model.ts'

export type FitRequest = { texts: string[] } | { dimensions: number }
export type FitResponse = PackedModel

const texts: string[] = []

parentPort?.on('message', (request: FitRequest) => {
  if ('texts' in request) {
    for (const text of request.texts) texts.push(text)
    return
  }
  const model: FitResponse = packModel(fitModel(texts, { dimensions: request.dimensions }))
  parentPort?.postMessage(model)
})
