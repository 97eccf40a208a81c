/** @file GET /v1/models: what may answer, as OpenAI lists models. */
import { Hono } from 'hono'
import type { ModelEntry } from '../../assistant/index.ts'
import type { Workspace } from '../../workspace.ts'
import { openaiError, readerOf, unix } from './shared.ts'

export function modelRoutes(workspace: Workspace): Hono {
  const app = new Hono()
  app.get('/models', async (context) => {
    await readerOf(context, workspace)
    const models = await workspace.models.list()
    return context.json({ object: 'list', data: models.map(toModel) })
  })
  app.get('/models/:id{.+}', async (context) => {
    await readerOf(context, workspace)
    return context.json(toModel(await findModel(workspace, context.req.param('id'))))
  })
  app.delete('/models/:id{.+}', async (context) => {
    const { principal } = await readerOf(context, workspace)
    const { id, assistant } = await findModel(workspace, context.req.param('id'))
    if (principal !== undefined) throw notTheOwner(principal)
    const [, adapter] = /^graft:([^@]+)$/.exec(id) ?? []
    if (adapter === undefined || assistant) throw notDeletable(id)
    await workspace.behavior.registry.remove(adapter)
    return context.json({ id, object: 'model', deleted: true })
  })
  return app
}

function toModel({ id, createdAt }: ModelEntry): object {
  return {
    id,
    object: 'model',
    created: createdAt === null ? 0 : unix(createdAt),
    owned_by: 'graft',
  }
}

async function findModel(workspace: Workspace, id: string): Promise<ModelEntry> {
  const found = (await workspace.models.list()).find((model) => model.id === id)
  if (found) return found
  throw openaiError(404, {
    message: `the model "${id}" does not exist`,
    code: 'unknown_model',
    param: 'model',
    hint: 'GET /v1/models lists those there are.',
  })
}

function notTheOwner(principal: string): Error {
  return openaiError(403, {
    message: `"${principal}" may not delete models`,
    code: 'forbidden',
    hint: 'Send the request as the owner of the workspace, without naming a principal.',
  })
}

function notDeletable(id: string): Error {
  return openaiError(400, {
    message: `"${id}" is not a version of an adapter`,
    param: 'model',
    hint: 'Delete a version such as graft:support:3; aliases are changed with graft models.',
  })
}
