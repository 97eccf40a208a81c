/** @file What a key has to be allowed to for each route. */
import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import { type ApiScope, hasScope } from '../../knowledge/index.ts'
import { ServerError } from '../errors.ts'
import type { Caller } from './caller.ts'

/** By method and pattern; test/security/keys.test.ts finds routes that are missing. */
export const routeScopes: Readonly<Record<string, ApiScope>> = {
  'POST /api/ask': 'read',
  'POST /api/chat': 'read',
  'GET /api/chat/:id/stream': 'read',
  'GET /api/search': 'read',
  'GET /api/documents': 'read',
  'GET /api/documents/:id': 'read',
  'GET /api/versions/:id': 'read',
  'GET /api/status': 'read',
  'GET /api/traces': 'read',
  'GET /api/traces/:id': 'read',
  'POST /api/traces/:id/replay': 'read',
  'ALL /mcp': 'read',
  'GET /v1/models': 'read',
  'GET /v1/models/:id{.+}': 'read',
  'POST /v1/chat/completions': 'read',
  'POST /v1/responses': 'read',
  'GET /v1/responses/:id': 'read',
  'POST /v1/embeddings': 'read',
  'GET /v1/files': 'read',
  'GET /v1/files/:id': 'read',
  'GET /v1/files/:id/content': 'read',
  'GET /v1/vector_stores': 'read',
  'GET /v1/vector_stores/:id': 'read',
  'POST /v1/vector_stores/:id/search': 'read',
  'GET /v1/vector_stores/:id/files': 'read',
  'GET /v1/vector_stores/:id/files/:file': 'read',
  'GET /v1/vector_stores/:id/files/:file/content': 'read',
  'GET /v1/vector_stores/:id/file_batches/:batch': 'read',
  'GET /v1/vector_stores/:id/file_batches/:batch/files': 'read',
  // Lets a tool change something.
  'POST /api/ask/approve': 'write',
  'POST /api/documents': 'write',
  'DELETE /api/documents/:id': 'write',
  'POST /api/traces/:id/feedback': 'write',
  'DELETE /v1/responses/:id': 'write',
  'POST /v1/files': 'write',
  'DELETE /v1/files/:id': 'write',
  'POST /v1/vector_stores': 'write',
  'POST /v1/vector_stores/:id': 'write',
  'DELETE /v1/vector_stores/:id': 'write',
  'POST /v1/vector_stores/:id/files': 'write',
  'POST /v1/vector_stores/:id/files/:file': 'write',
  'DELETE /v1/vector_stores/:id/files/:file': 'write',
  'POST /v1/vector_stores/:id/file_batches': 'write',
  'POST /v1/vector_stores/:id/file_batches/:batch/cancel': 'write',
  'GET /api/behavior/adapters': 'train',
  'GET /api/behavior/aliases/:name/:alias/history': 'train',
  'POST /api/behavior/aliases/:name/:alias/promote': 'train',
  'POST /api/behavior/aliases/:name/:alias/canary': 'train',
  'POST /api/behavior/aliases/:name/:alias/rollback': 'train',
  'DELETE /v1/models/:id{.+}': 'train',
  'POST /v1/fine_tuning/jobs': 'train',
  'GET /v1/fine_tuning/jobs': 'train',
  'GET /v1/fine_tuning/jobs/:id': 'train',
  'POST /v1/fine_tuning/jobs/:id/cancel': 'train',
  'POST /v1/fine_tuning/jobs/:id/pause': 'train',
  'POST /v1/fine_tuning/jobs/:id/resume': 'train',
  'GET /v1/fine_tuning/jobs/:id/events': 'train',
  'GET /v1/fine_tuning/jobs/:id/checkpoints': 'train',
}

/** The pattern that answers the request, such as `GET /api/versions/:id`; undefined where none does. */
export function routeOf(context: Context): string | undefined {
  const patterns = matchedRoutes(context).map(({ method, path }) => `${method} ${path}`)
  return patterns.findLast((pattern) => pattern in routeScopes) ?? patterns.findLast(isHandler)
}

/** A route that the table does not know is for `admin` alone. @throws ServerError missing_scope */
export function assertScope(context: Context, caller: Caller): void {
  const route = routeOf(context)
  const scope = (route !== undefined && routeScopes[route]) || 'admin'
  if (hasScope(caller, scope)) return
  throw new ServerError(
    'missing_scope',
    `this key may not ${context.req.method} ${context.req.path}`,
    { hint: `Use a key that was made with the scope "${scope}".` },
  )
}

/** Middleware stands at wildcards. */
function isHandler(pattern: string): boolean {
  return !pattern.startsWith('ALL ') && !pattern.endsWith('*')
}
