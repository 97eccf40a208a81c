/** @file Every route of files, vector stores and jobs as readers of different rights: no foreign word comes out. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/server/index.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

/** In everything that Ana makes: names, texts, metadata, faults. */
const CANARY = 'anacanary'

let test: TestWorkspace
let app: ReturnType<typeof createApp>
let ids: Record<'file' | 'store' | 'batch' | 'job', string>

beforeAll(async () => {
  test = await openTestWorkspace()
  for (const name of ['ana', 'bo']) await test.workspace.access.set(name, [])
  app = createApp(test.workspace, { host: '127.0.0.1' })
  const text = `# ${CANARY}title\n\nThe budget of the plan is ${CANARY}sum euros.\n`
  const file = await upload(`${CANARY}.md`, text, 'assistants')
  const training = await upload(`${CANARY}.jsonl`, `{"${CANARY}field": 1}`, 'fine-tune')
  const metadata = { note: CANARY }
  const store = await post('/v1/vector_stores', { name: `${CANARY}store`, metadata }, 'ana')
  const batch = await post(
    `/v1/vector_stores/${store.id}/file_batches`,
    { file_ids: [file], attributes: metadata },
    'ana',
  )
  const job = await post(
    '/v1/fine_tuning/jobs',
    { model: 'graft/base', training_file: training, suffix: CANARY, metadata },
    'ana',
  )
  ids = { file, store: store.id, batch: batch.id, job: job.id }
  const settled = async (path: string, status: string): Promise<void> =>
    expect(await read('GET', path, 'ana')).toContain(`"status":"${status}"`)
  const patience = { timeout: 30_000, interval: 100 }
  await vi.waitFor(() => settled('/v1/vector_stores/STORE', 'completed'), patience)
  await vi.waitFor(() => settled('/v1/fine_tuning/jobs/JOB', 'failed'), patience)
})

afterAll(() => test.close())

async function upload(name: string, text: string, purpose: string): Promise<string> {
  const body = new FormData()
  body.append('file', new Blob([text]), name)
  body.append('purpose', purpose)
  const headers = { 'graft-as': 'ana' }
  const response = await app.request('http://localhost/v1/files', { method: 'POST', headers, body })
  return ((await response.json()) as { id: string }).id
}

async function post(path: string, body: object, name: string): Promise<{ id: string }> {
  return JSON.parse(await read('POST', path, name, body)) as { id: string }
}

/** With Ana's ids in the place of their names. */
async function read(
  method: string,
  path: string,
  name: string | undefined,
  body?: object,
): Promise<string> {
  const filled = path.replace(/[A-Z]{3,}/g, (word) => ids[word.toLowerCase() as 'file'])
  const response = await app.request(`http://localhost${filled}`, {
    method,
    headers: {
      ...(name !== undefined && { 'graft-as': name }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body).replace('FILE', ids?.file ?? 'FILE') }),
  })
  return await response.text()
}

type Route = {
  /** As the application lists it, and a request to it for what is Ana's. */
  route: string
  path: string
  body?: object
  /** What Ana herself gets has the canary. */
  shows?: true
}

const stores = '/v1/vector_stores'
const jobs = '/v1/fine_tuning/jobs'
const query = { query: 'What is the budget of the plan?' }

/** Those that delete come last. */
const routes: readonly Route[] = [
  { route: 'GET /v1/files', path: '/v1/files', shows: true },
  { route: 'GET /v1/files/:id', path: '/v1/files/FILE', shows: true },
  { route: 'GET /v1/files/:id/content', path: '/v1/files/FILE/content', shows: true },
  { route: `GET ${stores}`, path: stores, shows: true },
  { route: `GET ${stores}/:id`, path: `${stores}/STORE`, shows: true },
  { route: `GET ${stores}/:id/files`, path: `${stores}/STORE/files`, shows: true },
  { route: `GET ${stores}/:id/files/:file`, path: `${stores}/STORE/files/FILE`, shows: true },
  {
    route: `GET ${stores}/:id/files/:file/content`,
    path: `${stores}/STORE/files/FILE/content`,
    shows: true,
  },
  { route: `GET ${stores}/:id/file_batches/:batch`, path: `${stores}/STORE/file_batches/BATCH` },
  {
    route: `GET ${stores}/:id/file_batches/:batch/files`,
    path: `${stores}/STORE/file_batches/BATCH/files`,
    shows: true,
  },
  { route: `POST ${stores}/:id/search`, path: `${stores}/STORE/search`, body: query, shows: true },
  { route: `GET ${jobs}`, path: jobs, shows: true },
  { route: `GET ${jobs}/:id`, path: `${jobs}/JOB`, shows: true },
  { route: `GET ${jobs}/:id/events`, path: `${jobs}/JOB/events`, shows: true },
  { route: `GET ${jobs}/:id/checkpoints`, path: `${jobs}/JOB/checkpoints` },
  { route: `POST ${jobs}`, path: jobs, body: { model: 'graft/base', training_file: 'FILE' } },
  { route: `POST ${jobs}/:id/cancel`, path: `${jobs}/JOB/cancel` },
  { route: `POST ${jobs}/:id/pause`, path: `${jobs}/JOB/pause` },
  { route: `POST ${jobs}/:id/resume`, path: `${jobs}/JOB/resume` },
  { route: `POST ${stores}`, path: stores, body: { file_ids: ['FILE'] } },
  { route: `POST ${stores}/:id`, path: `${stores}/STORE`, body: { name: 'mine' } },
  { route: `POST ${stores}/:id/files`, path: `${stores}/STORE/files`, body: { file_id: 'FILE' } },
  {
    route: `POST ${stores}/:id/files/:file`,
    path: `${stores}/STORE/files/FILE`,
    body: { attributes: {} },
  },
  {
    route: `POST ${stores}/:id/file_batches`,
    path: `${stores}/STORE/file_batches`,
    body: { file_ids: ['FILE'] },
  },
  {
    route: `POST ${stores}/:id/file_batches/:batch/cancel`,
    path: `${stores}/STORE/file_batches/BATCH/cancel`,
  },
  { route: `DELETE ${stores}/:id/files/:file`, path: `${stores}/STORE/files/FILE` },
  { route: `DELETE ${stores}/:id`, path: `${stores}/STORE` },
  { route: 'DELETE /v1/files/:id', path: '/v1/files/FILE' },
]

function methodOf({ route }: Route): string {
  return route.split(' ')[0]!
}

describe('Ana', () => {
  it.each(routes.filter(({ shows }) => shows))('reads what is hers: $route', async (route) => {
    expect(await read(methodOf(route), route.path, 'ana', route.body)).toContain(CANARY)
  })
})

describe('Bo', () => {
  it.each(routes)('gets and changes nothing of hers: $route', async (route) => {
    const before = await state()
    const answer = await read(methodOf(route), route.path, 'bo', route.body)
    expect(answer).not.toContain(CANARY)
    expect(answer).toMatch(/"code":"unknown_(file|vector_store|job)"|"data":\[\]/)
    expect(await state()).toEqual(before)
  })

  it('finds nothing of hers elsewhere', async () => {
    for (const path of [
      '/api/documents',
      '/api/status',
      '/api/search?q=budget',
      `/api/search?q=budget&collection=${ids.store}`,
    ]) {
      const as = `${path.includes('?') ? '&' : '?'}as=`
      expect(await read('GET', `${path}${as}bo`, undefined), path).not.toContain(CANARY)
      if (!path.includes('status'))
        expect(await read('GET', `${path}${as}ana`, undefined), path).toContain(CANARY)
    }
  })
})

/** All of Ana's objects, as she sees them. */
async function state(): Promise<string[]> {
  const paths = ['/v1/files', stores, `${stores}/STORE/files`, jobs]
  const seen = await Promise.all(paths.map((path) => read('GET', path, 'ana')))
  // Her own reading is activity.
  return seen.map((text) => text.replace(/"last_active_at":\d+/g, ''))
}

describe('a principal that does not exist', () => {
  it.each(routes)('is refused: $route', async (route) => {
    const answer = await read(methodOf(route), route.path, 'eve', route.body)
    expect(answer).toContain('unknown_principal')
    expect(answer).not.toContain(CANARY)
  })
})

describe('the list of routes that these tests cover', () => {
  it('holds every one', () => {
    const served = app.routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => /\/v1\/(files|vector_stores|fine_tuning)\b/.test(route))
    const uploading = 'POST /v1/files'
    expect([...new Set(served)].sort()).toEqual(
      [...routes.map(({ route }) => route), uploading].sort(),
    )
  })
})
