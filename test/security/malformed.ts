/** @file Requests that no client means to send, to every route there is; each seed sends the same ones. */
import type { Hono } from 'hono'
import { type Random, seededRandom } from '../helpers/random.ts'

export type Fault = { route: string; status: number; sent: string; text: string }

const WORDS = [
  '',
  'x',
  '../..',
  "' or 1=1 --",
  '\u0000',
  '\ud800',
  '%',
  '{{',
  'graft',
  '9'.repeat(400),
]
/** Names that routes read, so that values of the wrong kind reach them. */
const FIELDS = [
  'question',
  'history',
  'messages',
  'model',
  'input',
  'query',
  'filters',
  'tools',
  'stream',
  'as',
  'user',
  'asOf',
  'id',
  'name',
  'file_ids',
  'training_file',
  'hyperparameters',
  'metadata',
  'vote',
  'approved',
  'graft',
  'jsonrpc',
  'method',
  'params',
  'type',
  'role',
  'content',
  'percent',
  'version',
  'max_num_results',
] as const

/** What was answered with a status of 500 or more, or with an error of another shape, until `isOver`. */
export async function sendMalformed(
  app: Hono,
  { seed, isOver }: { seed: number; isOver: (sent: number) => boolean },
): Promise<{ sent: number; refused: number; faults: Fault[] }> {
  const random = seededRandom(seed)
  const routes = app.routes.filter(
    ({ path }) => /^\/(?:api|v1|mcp)\b/.test(path) && !path.endsWith('*'),
  )
  const faults: Fault[] = []
  let sent = 0
  let refused = 0
  for (; !isOver(sent); sent++) {
    const { method, path } = routes[sent % routes.length]!
    const fault = await sendOne(app, { method: method === 'ALL' ? 'POST' : method, path }, random)
    if (fault.status >= 400) refused++
    if (!isRefusal(fault)) faults.push(fault)
  }
  return { sent, refused, faults }
}

async function sendOne(
  app: Hono,
  { method, path }: { method: string; path: string },
  random: Random,
): Promise<Fault> {
  const place = path
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/:\w+/g, () => encodeURIComponent(random.pick(WORDS).toWellFormed()) || 'x')
  const query = `?${random.pick(FIELDS)}=${encodeURIComponent(random.pick(WORDS).toWellFormed())}`
  const body = method === 'GET' ? undefined : randomBody(random)
  const response = await app.request(`http://localhost${place}${query}`, {
    method,
    headers: {
      'content-type': random.pick([
        'application/json',
        'application/json',
        'text/plain',
        'multipart/form-data; boundary=x',
      ]),
      accept: 'application/json, text/event-stream',
    },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  return {
    route: `${method} ${path}`,
    status: response.status,
    sent: `${place}${query} ${body ?? ''}`,
    text,
  }
}

function randomBody(random: Random): string {
  const whole = JSON.stringify(randomValue(random, 3)) ?? ''
  const cut = random.between(0, whole.length)
  return random.pick([
    whole,
    whole,
    whole,
    whole.slice(0, cut),
    `${whole}${whole}`,
    '',
    '\ufeff{}',
    '['.repeat(3_000),
  ])
}

function randomValue(random: Random, depth: number): unknown {
  const leaf = (): unknown =>
    random.pick<unknown>([null, true, -1, 0.5, 1e308, random.pick(WORDS), [], {}, 'user', 'text'])
  if (depth === 0) return leaf()
  const inner = (): unknown => randomValue(random, depth - 1)
  const fields = Array.from({ length: random.between(1, 8) }, () => [random.pick(FIELDS), inner()])
  return random.pick([
    () => Object.fromEntries(fields),
    () => Object.fromEntries(fields),
    () => [inner()],
    leaf,
  ])()
}

/** An answer, or a refusal in our shape; MCP has its own. */
function isRefusal({ route, status, text }: Fault): boolean {
  if (status >= 500) return false
  if (status < 400 || route.endsWith('/mcp')) return true
  try {
    const { error } = JSON.parse(text) as { error?: Record<string, unknown> }
    return ['message', 'type', 'code'].every((field) => typeof error?.[field] === 'string')
  } catch {
    return false
  }
}
