/** @file Adapters for the assistant: which one a request gets, loaded into the model when first needed. */
import type { AdapterFile, AdapterVersion, Registry } from '../behavior/index.ts'
import type { LocalModel } from '../inference/index.ts'

export type ServedAdapter = {
  /** The name that the model has it under. */
  readonly name: string
  /** As traces and the page show it: `support:3`. */
  readonly label: string
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
export function adapterFolder(folder: string, label: string): AdapterSource {
  let ready: Promise<void> | undefined
  return {
    async use(model) {
      ready ??= model.loadAdapter(label, folder).catch((error: unknown) => {
        ready = undefined
        throw error
      })
      await ready
      return { name: label, label }
    },
  }
}

/** A reference of the registry, resolved anew for each request: promotions act at once. */
export function registeredAdapter(
  registry: Registry,
  reference: string,
  materialize: Materialize,
): AdapterSource {
  const loading = new Map<string, Promise<void>>()
  return {
    async use(model, ticket) {
      const adapter = await registry.resolve(reference, ticket)
      const label = `${adapter.name}:${adapter.version}`
      // Two requests for a new version must load it once.
      let ready = loading.get(label)
      if (!ready) {
        ready = materialize(adapter, () => registry.files(adapter)).then((folder) =>
          model.loadAdapter(label, folder),
        )
        loading.set(label, ready)
        ready.catch(() => loading.delete(label))
      }
      await ready
      return { name: label, label }
    },
  }
}
