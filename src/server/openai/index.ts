/** @file The routes below /v1, in the shapes that OpenAI's clients speak. */
import { Hono } from 'hono'
import { randomId } from '../../util/hash.ts'
import type { Workspace } from '../../workspace.ts'
import type { Slots } from '../work.ts'
import { chatRoutes } from './chat.ts'
import { embeddingRoutes } from './embeddings.ts'
import { filesRoutes } from './files/index.ts'
import { fineTuningRoutes } from './fine-tuning/index.ts'
import { modelRoutes } from './models.ts'
import { responseRoutes } from './responses/index.ts'
import { vectorStoreRoutes } from './vector-stores/index.ts'

export function openaiRoutes(workspace: Workspace, slots: Slots): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    context.header('x-request-id', randomId('req'))
    await next()
  })
  app.route('/', modelRoutes(workspace))
  app.route('/', chatRoutes(workspace, slots))
  app.route('/', responseRoutes(workspace, slots))
  app.route('/', embeddingRoutes(workspace, slots))
  app.route('/', filesRoutes(workspace))
  app.route('/', vectorStoreRoutes(workspace))
  app.route('/', fineTuningRoutes(workspace))
  return app
}
