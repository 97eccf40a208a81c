/** @file Adapters for the assistant: which one a request gets, loaded into the model when first needed. */
import {
  type AdapterFile,
  type AdapterVersion,
  type HouseFormat,
  type Registry,
  readHouseFormat,
} from '../behavior/index.ts'
import type { LocalModel } from '../inference/index.ts'

export type ServedAdapter = {
  /** The name that the model has it under, which names its version: `support:3`. */
  readonly name: string
  /** The form of the replies that it learned. */
  readonly format?: HouseFormat | undefined
}

export type AdapterSource = {
  /**
   * The adapter for one request, ready in `model`. `ticket` in [0, 1) decides about canaries.
   * @throws BehaviorError when the registry does not know it
   */
  use(model: LocalModel, ticket?: number): Promise<ServedAdapter>
}

/** Reads a folder of an adapter version; files come from the registry and are kept on disk. */
export type Materialize = (
  adapter: AdapterVersion,
  files: () => Promise<AdapterFile[]>,
) => Promise<string>

/** A PEFT folder, the same for every request. */
export function adapterFolder(folder: string, name: string): AdapterSource {
  let ready: Promise<ServedAdapter> | undefined
  return {
    use(model) {
      ready ??= load(model, name, folder).catch((error: unknown) => {
        ready = undefined
        throw error
      })
      return ready
    },
  }
}

/** A reference of the registry, resolved anew for each request: promotions act at once. */
export function registeredAdapter(
  registry: Registry,
  reference: string,
  materialize: Materialize,
): AdapterSource {
  const loading = new Map<string, Promise<ServedAdapter>>()
  return {
    async use(model, ticket) {
      const adapter = await registry.resolve(reference, ticket)
      const name = `${adapter.name}:${adapter.version}`
      // Two requests for a new version must load it once.
      let ready = loading.get(name)
      if (!ready) {
        ready = materialize(adapter, () => registry.files(adapter)).then((folder) =>
          load(model, name, folder),
        )
        loading.set(name, ready)
        ready.catch(() => loading.delete(name))
      }
      return await ready
    },
  }
}

async function load(model: LocalModel, name: string, folder: string): Promise<ServedAdapter> {
  const format = await readHouseFormat(folder)
  await model.loadAdapter(name, folder)
  return { name, format }
}
