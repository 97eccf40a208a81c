/** @file /v1/vector_stores: collections of uploaded files, their files and batches, and search in them. */
import { Hono } from 'hono'
import type { Workspace } from '../../../workspace.ts'
import { batchRoutes } from './batches.ts'
import { storeFileRoutes } from './files.ts'
import { searchRoute } from './search.ts'
import { storeRoutes } from './stores.ts'

/** Serving them also processes the files that wait, in the background. */
export function vectorStoreRoutes(workspace: Workspace): Hono {
  workspace.knowledge.uploads.startWorker()
  const app = new Hono()
  app.route('/', storeRoutes(workspace))
  app.route('/', storeFileRoutes(workspace))
  app.route('/', batchRoutes(workspace))
  app.route('/', searchRoute(workspace))
  return app
}
