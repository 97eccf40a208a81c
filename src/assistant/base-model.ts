/** @file The embedded base, opened when first needed and shared by all who answer with it. */
import type { LocalModel } from '../inference/index.ts'

export type BaseModel = {
  /** Opens it with the first call, and again if that failed. */
  open(): Promise<LocalModel>
  close(): Promise<void>
}

export function createBaseModel(): BaseModel {
  let model: Promise<LocalModel> | undefined
  return {
    open() {
      model ??= openBase().catch((error: unknown) => {
        model = undefined
        throw error
      })
      return model
    },
    async close() {
      await (await model?.catch(() => undefined))?.close()
    },
  }
}

/** ONNX Runtime takes a while to load: only for those who use it. */
async function openBase(): Promise<LocalModel> {
  const [{ openLocalModel }, { embeddedBase }] = await Promise.all([
    import('../inference/index.ts'),
    import('../models/index.ts'),
  ])
  return await openLocalModel(await embeddedBase(), { adapters: {} })
}
