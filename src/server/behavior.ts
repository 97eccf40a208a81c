/** @file Routes of the registry: adapters with their gates, and what is served under which name. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { AdapterVersion, Gate } from '../behavior/index.ts'
import type { Workspace } from '../workspace.ts'
import type {
  AdapterEntry,
  AdaptersResponse,
  AliasHistoryResponse,
  AliasResponse,
} from './contract.ts'
import { assertOwner } from './owner.ts'
import { check, readJson } from './request-body.ts'

const version = z.number().int().min(1)
const promotion = z.object({ version, force: z.boolean().optional() })
const canary = promotion.extend({ share: z.number() })
const as = z.object({ as: z.string().optional() })

/**
 * To be mounted at `/api/behavior`. House formats and measurements quote training data, so all of it is for
 * the owner.
 */
export function behaviorRoutes({ behavior: { registry }, access }: Workspace): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    const { as: principal } = check(as, context.req.query())
    assertOwner(await access.reader(principal), 'see or change adapters')
    await next()
  })
  app.get('/adapters', async (context) => {
    const [adapters, aliases] = await Promise.all([registry.list(), registry.aliases()])
    const listed: AdaptersResponse = { adapters: adapters.map(toEntry), aliases }
    return context.json(listed)
  })
  app.get('/aliases/:name/:alias/history', async (context) => {
    const { name, alias } = placeOf(context)
    const listed: AliasHistoryResponse = { changes: await registry.history(name, alias) }
    return context.json(listed)
  })
  app.post('/aliases/:name/:alias/promote', async (context) => {
    const { name, alias } = placeOf(context)
    const { version, force = false } = check(promotion, await readJson(context))
    const state: AliasResponse = await registry.promote(`${name}:${version}`, alias, { force })
    return context.json(state)
  })
  app.post('/aliases/:name/:alias/canary', async (context) => {
    const { name, alias } = placeOf(context)
    const { version, share, force = false } = check(canary, await readJson(context))
    const reference = `${name}:${version}`
    const state: AliasResponse = await registry.canary(reference, alias, { share, force })
    return context.json(state)
  })
  app.post('/aliases/:name/:alias/rollback', async (context) => {
    const { name, alias } = placeOf(context)
    const state: AliasResponse = await registry.rollback(name, alias)
    return context.json(state)
  })
  return app
}

/** A word as the registry names things; anything else is found nowhere. */
const word = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'is no name of the registry')
const place = z.object({ name: word, alias: word })

function placeOf(context: Context): z.infer<typeof place> {
  return check(place, context.req.param())
}

/** Without the answers that were measured: there are hundreds, and `graft models show` has them. */
function toEntry({ evaluation, ...adapter }: AdapterVersion): AdapterEntry {
  const { name, version, verdict, base, dataHash, createdAt } = adapter
  const { gate, format } = evaluation as { gate?: Gate; format?: readonly string[] }
  return {
    name,
    version,
    verdict,
    base,
    dataHash,
    createdAt,
    checks: gate?.checks ?? [],
    format: format ?? [],
  }
}
