/** @file The views Knowledge, Behavior and Audit, and feedback on answers, in a real browser against the real server. */

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ask, fits, isFocused, sectionOf, upload } from './actions.ts'
import { chromiumPath, launchBrowser, type OpenPage, openPage } from './browser.ts'
import { startServer } from './real-server.ts'
import { registerAdapters } from './registry.ts'

const refunds = (days: number): string =>
  `# Refund policy\n\n## Time limit\n\nCustomers receive a full refund within ${days} days of the purchase.\n\n## Shipping\n\nShipping costs of returned parcels are paid by the customer.\n`

const hostile = '# <img src=x onerror=alert(1)> lantern\n\nThe lantern burns <b>paraffin</b>.\n'

const refundQuestion = 'Within how many days do customers receive a full refund?'

describe.skipIf(!chromiumPath)('views', () => {
  let browser: Browser
  let server: Awaited<ReturnType<typeof startServer>>
  let open: OpenPage

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startServer({ 'refunds.md': refunds(30), 'lantern.md': hostile })
    await registerAdapters(server.workspace)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  afterEach(async () => {
    await open.page.context().close()
    expect(open.problems).toEqual([])
  })

  const visit = async (view: string, options?: Parameters<typeof openPage>[2]): Promise<Page> => {
    open = await openPage(browser, `${server.url}/#/${view}`, options)
    return open.page
  }

  /** The id of the trace of an answer. */
  const traceOf = async (question: string): Promise<string> => {
    let id = ''
    for await (const event of server.workspace.ask(question))
      if (event.type === 'finish') id = event.answer.traceId!
    return id
  }

  describe('navigation', () => {
    it('follows links and the Back button, and keeps the conversation', async () => {
      const page = await visit('ask')
      await ask(page, refundQuestion)
      await page.getByRole('link', { name: 'Knowledge' }).click()
      const heading = page.getByRole('heading', { level: 1, name: 'Knowledge' })
      expect(await isFocused(heading)).toBe(true)
      const current = page.locator('.nav [aria-current="page"]')
      expect(await current.allTextContents()).toEqual(['Knowledge'])
      expect(await page.title()).toBe('Knowledge · Graft')
      expect(await page.getByRole('textbox', { name: 'Your question' }).isVisible()).toBe(false)
      await page.goBack()
      await page.locator('.exchange').getByText('30 days').first().waitFor()
      expect(await current.allTextContents()).toEqual(['Ask'])
    })

    it('is reached by keyboard alone', async () => {
      const page = await visit('ask')
      await page.getByRole('link', { name: 'Ask' }).focus()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Behavior' }).waitFor()
    })

    it.each(['ask', 'knowledge', 'behavior', 'audit'])('fits %s on a phone', async (view) => {
      const page = await visit(view, { viewport: { width: 360, height: 740 }, hasTouch: true })
      await page.locator(`#view-${view}`).waitFor()
      await page.locator('.progress').waitFor({ state: 'detached' })
      for (const part of ['.header', `#view-${view}`])
        expect(await fits(page.locator(part)), part).toBe(true)
      const links = await page.locator('.nav a').all()
      for (const link of links) expect(await link.isVisible()).toBe(true)
    })
  })

  describe('feedback', () => {
    it('keeps a vote, its reason and a better answer', async () => {
      const page = await visit('ask')
      const exchange = await ask(page, refundQuestion)
      await exchange.getByRole('button', { name: 'Bad answer' }).click()
      const form = exchange.getByRole('form', { name: 'What was wrong?' })
      await form.getByLabel('Reason').fill('no greeting')
      await form.getByLabel('A better answer').fill('Hello, refunds take 30 days.')
      await form.getByRole('button', { name: 'Send feedback' }).click()
      await exchange.getByText('It waits for review').waitFor()
      const pressed = exchange.locator('[aria-pressed="true"]')
      expect(await pressed.getAttribute('aria-label')).toBe('Bad answer')
      const [candidate] = await server.workspace.feedback.review()
      expect(candidate).toMatchObject({ vote: 'down', reason: 'no greeting' })
    })

    it('leads from an answer that is missing to what was searched', async () => {
      const page = await visit('ask')
      const exchange = await ask(page, 'Which volcano erupted near Reykjavik in 1973?')
      await exchange.getByText('Why:').waitFor()
      await exchange.getByRole('link', { name: 'How this came about' }).click()
      await page.getByText('No answer was given').waitFor()
      await page.locator('#view-audit').getByText('Which volcano erupted').first().waitFor()
    })

    it('asks the model that was chosen', async () => {
      const page = await visit('ask')
      await page.getByText('As of today').click()
      await page.getByLabel('Answered by').selectOption({ label: 'Quotes only' })
      await page.keyboard.press('Escape')
      const exchange = await ask(page, refundQuestion)
      expect(await exchange.locator('.meta').textContent()).toContain('graft/quoting')
    })
  })

  describe('audit', () => {
    it('shows what was searched, found, chosen and said', async () => {
      const id = await traceOf(refundQuestion)
      const page = await visit('audit')
      await page.getByRole('link', { name: refundQuestion }).first().click()
      expect(page.url()).toContain(id)
      const found = sectionOf(page, 'Found passages')
      await found.getByRole('cell', { name: /^#1 / }).first().waitFor()
      expect(await found.getByRole('columnheader').allTextContents()).toContain('Words')
      const chosen = sectionOf(page, 'Chosen evidence')
      await chosen.getByText('cited as [1]').waitFor()
      await chosen.getByRole('button', { name: /full refund within/ }).click()
      const mark = page.locator('.source-pane mark')
      await mark.waitFor()
      expect(await mark.textContent()).toContain('full refund within')
    })

    it('answers again as then, and as of today with the differences', async () => {
      await server.edit('hours.md', '# Hours\n\nThe shop opens at nine in winter.\n')
      const id = await traceOf('When does the shop open in winter?')
      await server.edit('hours.md', '# Hours\n\nThe shop opens at ten in winter.\n')
      const page = await visit(`audit/${id}`)
      await page.getByRole('button', { name: 'With the evidence of then' }).click()
      await page.getByRole('heading', { name: 'The same answer' }).waitFor()
      await page.getByRole('button', { name: 'With the documents of today' }).click()
      await page.getByRole('heading', { name: 'Another answer' }).waitFor()
      expect(await page.locator('.change.removed').textContent()).toContain('nine')
      expect(await page.locator('.change.added').textContent()).toContain('ten')
      await page.getByText('document changed, sentence gone').first().waitFor()
    })

    it('filters by outcome, and says what a trace that is not there means', async () => {
      await traceOf('Which volcano erupted near Reykjavik in 1973?')
      await traceOf(refundQuestion)
      const page = await visit('audit')
      await page.locator('.row').first().waitFor()
      await page.getByLabel('Show').selectOption('abstained')
      await page.getByRole('link', { name: refundQuestion }).first().waitFor({ state: 'detached' })
      const badges = await page.locator('.row .badge').allTextContents()
      expect(new Set(badges)).toEqual(new Set(['Abstained']))
      await page.goto(`${server.url}/#/audit/tr_0`)
      await page.getByRole('alert').getByText('there is no trace "tr_0"').waitFor()
      const missing = open.problems.splice(0)
      expect(missing.filter((problem) => !problem.includes('404'))).toEqual([])
    })
  })

  describe('knowledge', () => {
    it('takes uploaded files, and the next answer follows the new version', async () => {
      const page = await visit('knowledge')
      const drop = page.getByRole('region', { name: 'Choose files' })
      await upload(page, 'returns.md', '# Returns\n\nReturned lamps are collected on Mondays.\n')
      await drop.getByText('added', { exact: true }).waitFor()
      await page.getByRole('link', { name: 'Returns' }).waitFor()
      await upload(page, 'returns.md', '# Returns\n\nReturned lamps are collected on Fridays.\n')
      await drop.getByText('new version').waitFor()
      await page.getByRole('link', { name: 'Ask', exact: true }).click()
      const exchange = await ask(page, 'When are returned lamps collected?')
      expect(await exchange.locator('.answer-text').textContent()).toContain('Fridays')
    })

    it('takes dropped files', async () => {
      const page = await visit('knowledge')
      const dataTransfer = await page.evaluateHandle(`(() => {
        const data = new DataTransfer()
        data.items.add(new File(['# Dropped\\n\\nDropped files are read.\\n'], 'dropped.md'))
        return data
      })()`)
      await page.locator('.drop').dispatchEvent('drop', { dataTransfer })
      await page.getByRole('link', { name: 'Dropped' }).waitFor()
    })

    it('refuses an upload under the name of a file that is read from a folder', async () => {
      const page = await visit('knowledge')
      await upload(page, 'refunds.md', '# Refund policy\n\nNothing is refunded.\n')
      await page.getByText('already read from a folder').waitFor()
      expect(await page.locator('.upload.failed').count()).toBe(1)
      const conflict = open.problems.splice(0)
      expect(conflict.filter((problem) => !problem.includes('409'))).toEqual([])
    })

    it('shows versions with their difference, and who may read', async () => {
      await server.workspace.access.set('ana', ['staff'])
      await server.edit(
        'prices.md',
        '# Prices\n\nA lamp costs 20 euros.\n\nA shade costs 5 euros.\n',
      )
      await server.edit(
        'prices.md',
        '# Prices\n\nA lamp costs 25 euros.\n\nA shade costs 5 euros.\n',
      )
      const page = await visit('knowledge')
      await page.getByRole('link', { name: 'Prices' }).click()
      await page.getByRole('heading', { level: 1, name: 'Prices' }).waitFor()
      expect(await page.locator('.facts').textContent()).toContain('ana')
      await page.getByRole('button', { name: 'Changes' }).click()
      await page.getByText('1 line added, 1 removed').waitFor()
      expect(await page.locator('.change.removed').textContent()).toContain('20 euros')
      expect(await page.locator('.change.added').textContent()).toContain('25 euros')
      await page.getByRole('button', { name: 'Text' }).last().click()
      const text = page.locator('.stored-text')
      await text.waitFor()
      expect(await text.textContent()).toContain('20 euros')
    })

    it('searches and explains the ranks', async () => {
      const page = await visit('knowledge')
      await page.getByRole('searchbox', { name: 'Try the search' }).fill('full refund')
      await page.keyboard.press('Enter')
      const first = page.locator('button.card').first()
      await first.waitFor()
      expect(await first.textContent()).toMatch(/Refund policy.*Words #1 \(/s)
      await page.getByText('BM25 over words').waitFor()
      await first.click()
      await page.locator('.source-pane mark').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Back to the documents' }).click()
      await page
        .getByText(/\d documents?$/)
        .first()
        .waitFor()
    })

    it('removes a document only when told so', async () => {
      await server.workspace.knowledge.add({ name: 'old.md', text: '# Old news\n\nOld.\n' })
      const page = await visit('knowledge')
      await page.getByRole('link', { name: 'Old news' }).click()
      await page.getByRole('button', { name: 'Remove' }).click()
      const dialog = page.getByRole('dialog', { name: 'Remove “old.md”?' })
      await page.keyboard.press('Enter')
      await dialog.waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Remove' }).click()
      await dialog.getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('link', { name: 'Refund policy' }).waitFor()
      expect(await page.getByRole('link', { name: 'Old news' }).count()).toBe(0)
      const left = await server.workspace.knowledge.documents()
      expect(left.map(({ uri }) => uri)).not.toContain('old.md')
    })

    it('renders titles, names and texts as inert text', async () => {
      const name = '<img src=x onerror=alert(5)>.md'
      await server.workspace.knowledge.add({ name, text: hostile })
      const page = await visit('knowledge')
      await page.getByRole('link', { name }).click()
      await page.getByRole('button', { name: 'Text' }).first().click()
      await page.locator('.stored-text').getByText('<b>paraffin</b>').waitFor()
      await page.getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await page.locator('#view-knowledge :is(img, b), dialog img').count()).toBe(0)
      await page.keyboard.press('Escape')
      const id = await traceOf('What does the <img src=x onerror=alert(6)> lantern burn?')
      await page.goto(`${server.url}/#/audit/${id}`)
      await sectionOf(page, 'Question').getByText('<img src=x').waitFor()
      expect(await page.locator('#view-audit :is(img, b)').count()).toBe(0)
    })
  })

  describe('behavior', () => {
    const state = async (): Promise<unknown> =>
      (await server.workspace.behavior.registry.aliases()).at(0)

    it('promotes a version, tries another on a share, and rolls back', async () => {
      const page = await visit('behavior')
      const first = page.getByRole('article').filter({ hasText: 'support:1' })
      await first.getByRole('button', { name: 'Promote' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click()
      const alias = page.getByRole('article', { name: 'support@production' })
      await alias.getByText('support:1 answers all requests.').waitFor()

      await alias.getByText('Try another version').click()
      await alias.getByLabel('Version').selectOption({ label: 'support:2 (gate passed)' })
      await alias.getByRole('slider').fill('25')
      await alias.getByRole('button', { name: 'Send the share' }).click()
      await alias
        .getByText('support:2 answers 25 % of the requests, support:1 the others.')
        .waitFor()
      expect(await state()).toMatchObject({ version: 1, canaryVersion: 2, canaryShare: 0.25 })

      await alias.getByRole('button', { name: 'Roll back' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click()
      await alias.getByText('support:1 answers all requests.').waitFor()
      await alias.getByText('History').click()
      await alias.getByText('tried support:2 25 %').waitFor()
      expect(await state()).toMatchObject({ version: 1, canaryVersion: null })
    })

    it('warns before it promotes what the gate refused, and Cancel changes nothing', async () => {
      await server.workspace.behavior.registry.promote('support:1', 'production')
      const page = await visit('behavior')
      const refused = page.getByRole('article').filter({ hasText: 'gate refused' }).last()
      await refused.getByText('What the gate checked').click()
      await refused.getByRole('row', { name: /facts/ }).getByText('failed').waitFor()
      await refused.getByRole('button', { name: 'Promote' }).click()
      const dialog = page.getByRole('dialog', { name: 'Serve support:3?' })
      await dialog.getByText('worse by more than 10 points').waitFor()
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await dialog.waitFor({ state: 'detached' })
      expect(await state()).toMatchObject({ version: 1 })
    })

    it('shows a job, and why it failed', async () => {
      await createJob(server.url, 'no examples in here')
      const page = await visit('behavior')
      const job = page.getByRole('article', { name: /^voice, / })
      await job.getByText('failed', { exact: true }).waitFor()
      await job.locator('.notice.failure').waitFor()
      expect(await job.getByRole('button').count()).toBe(0)
    })

    it('follows a job that runs', async () => {
      const page = await visit('audit')
      let step = 1
      await page.route('**/v1/fine_tuning/jobs?*', (route) =>
        route.fulfill({ json: { data: [runningJob] } }),
      )
      await page.route('**/v1/fine_tuning/jobs/*/events?*', (route) => {
        step += 1
        return route.fulfill({ json: { data: stepsUpTo(step) } })
      })
      await page.getByRole('link', { name: 'Behavior' }).click()
      await page.getByText('Step 2 of 9').first().waitFor()
      await page.getByText('Step 3 of 9').first().waitFor()
      expect(await page.getByRole('progressbar').getAttribute('value')).toBe('3')
      await page.getByText('Training loss, from 2.000 to 0.667').waitFor()
    })
  })
})

const runningJob = {
  id: 'ftjob-1',
  created_at: 1_790_000_000,
  estimated_finish: null,
  fine_tuned_model: null,
  status: 'running',
  error: null,
  graft: { adapter: 'voice', gate: null },
}

/** Newest first, as the server lists them. */
function stepsUpTo(last: number): object[] {
  return Array.from({ length: last }, (_, i) => ({
    id: `ev-${i}`,
    type: 'metrics',
    level: 'info',
    message: '',
    created_at: 1_790_000_000,
    data: { step: i + 1, total_steps: 9, train_loss: 2 / (i + 1) },
  })).reverse()
}

async function createJob(url: string, examples: string): Promise<void> {
  const form = new FormData()
  form.set('purpose', 'fine-tune')
  form.set('file', new File([examples], 'examples.jsonl'))
  const uploaded = await fetch(`${url}/v1/files`, { method: 'POST', body: form })
  const { id } = (await uploaded.json()) as { id: string }
  const response = await fetch(`${url}/v1/fine_tuning/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'graft/base', training_file: id, suffix: 'voice' }),
  })
  expect(response.status, await response.text()).toBe(200)
}
