/** @file Whether the leak tests know of every route, verb and command: a new one has to be looked at. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { runCli } from '../helpers/cli.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

let test: TestWorkspace

beforeAll(async () => {
  test = await openTestWorkspace()
})

afterAll(() => test.close())

/** Covered by test/server/openai-leak.test.ts. */
const openaiRoutes = [
  'ALL /mcp',
  'ALL /v1/*',
  // Has nothing to give back.
  'GET /api/chat/:id/stream',
  'POST /api/chat',
  'DELETE /v1/models/:id{.+}',
  'DELETE /v1/responses/:id',
  'GET /v1/models',
  'GET /v1/models/:id{.+}',
  'GET /v1/responses/:id',
  'POST /v1/chat/completions',
  // Gives back vectors alone.
  'POST /v1/embeddings',
  'POST /v1/responses',
]

/** Covered by test/server/openai-uploads-leak.test.ts, which lists every one. */
const uploadRoutes = /\/v1\/(?:files|vector_stores|fine_tuning)\b/

describe('the list of paths that the leak tests cover', () => {
  it('holds every HTTP route', () => {
    const routes = new Set(
      createApp(test.workspace, { host: '127.0.0.1' }).routes.map(
        ({ method, path }) => `${method} ${path}`,
      ),
    )
    const known = [
      // Middleware, and the page's own files, which hold no documents.
      'ALL /*',
      'GET /*',
      'ALL /api/behavior/*',
      'GET /api/behavior/adapters',
      'GET /api/behavior/aliases/:name/:alias/history',
      'POST /api/behavior/aliases/:name/:alias/canary',
      'POST /api/behavior/aliases/:name/:alias/promote',
      'POST /api/behavior/aliases/:name/:alias/rollback',
      'DELETE /api/documents/:id',
      'GET /api/documents',
      'GET /api/documents/:id',
      'POST /api/documents',
      'GET /api/search',
      'GET /api/status',
      'GET /api/traces',
      'GET /api/traces/:id',
      'GET /api/versions/:id',
      'POST /api/ask',
      // What it goes on with is for whoever asked: test/assistant/tools.test.ts.
      'POST /api/ask/approve',
      'POST /api/traces/:id/feedback',
      'POST /api/traces/:id/replay',
      ...openaiRoutes,
    ]
    const served = [...routes].filter((route) => !uploadRoutes.test(route))
    expect(served.sort()).toEqual(known.sort())
  })

  it('holds every verb of the library', () => {
    const reading = ['documents', 'embedder', 'evidence', 'search', 'status', 'version', 'versions']
    const writing = ['add', 'close', 'remove', 'restrict', 'watch']
    // test/server/openai-uploads-leak.test.ts
    const elsewhere = ['uploads']
    const all = [...reading, ...writing, ...elsewhere]
    expect(Object.keys(test.workspace.knowledge).sort()).toEqual(all.sort())
    // Behavior reads documents only to tune, as whoever asks for it, and gives back names and measurements.
    // Feedback is reviewed by the owner, who reads everything.
    // `measure` gives back counts of what its reader may read (test/advise/measure.test.ts).
    // Comparisons ask as their reader (test/compare/rights.test.ts).
    const verbs = [
      'access',
      // Goes on with an answer, for whoever asked (test/assistant/tools.test.ts).
      'approve',
      'ask',
      'behavior',
      'close',
      'compare',
      'configure',
      'documentVersions',
      'feedback',
      'knowledge',
      'measure',
      'model',
      'models',
      'probe',
      'traces',
    ]
    expect(Object.keys(test.workspace).sort()).toEqual(verbs)
  })

  it('holds every command', async () => {
    const { stdout } = await runCli(['--help'], { workspace: test.folder, cwd: test.folder })
    const commands = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}(\w+)/gm)]
    const reading = ['ask', 'replay', 'search', 'show', 'status', 'trace', 'traces']
    const writing = ['access', 'add', 'help', 'remove', 'serve', 'start']
    // test/compare/rights.test.ts
    const comparing = ['compare', 'probe', 'questions']
    // Keys are shown to the owner alone, without their secrets.
    const others = [
      ...writing,
      'advise',
      'config',
      'distill',
      'examples',
      'feedback',
      'keys',
      'models',
      'tune',
      ...comparing,
    ]
    expect(commands.map(([, name]) => name).sort()).toEqual([...reading, ...others].sort())
  })
})
