/** @file The page "Ask your documents" in a real browser, against the real server. */

import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, AskEvent } from '../../src/assistant/events.ts'
import { ask, isFocused, send } from './actions.ts'
import { chromiumPath, launchBrowser, type OpenPage, openPage } from './browser.ts'
import { startServer } from './real-server.ts'

const refunds = `# Refund policy

Some words before the rule, so that the quote does not begin the text. 👩‍🌾

## Time limit

Customers receive a full refund within 30 days of the purchase.

## Shipping

Shipping costs of returned parcels are paid by the customer.
`

const hostile = `# Lantern <img src=x onerror=alert(1)> manual

The lantern burns paraffin <img src=x onerror="alert(2)"> and [kerosene](javascript:alert(3)) for eleven hours.

<script>alert(4)</script>

![pixel](https://tracker.example/pixel.png)
`

const refundQuestion = 'Within how many days do customers receive a full refund?'

describe.skipIf(!chromiumPath)('page', () => {
  let browser: Browser
  let server: Awaited<ReturnType<typeof startServer>>
  let open: OpenPage

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startServer({ 'refunds.md': refunds, 'lantern.md': hostile })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  afterEach(async () => {
    await open.page.context().close()
    expect(open.problems).toEqual([])
  })

  const visit = async (options?: Parameters<typeof openPage>[2]): Promise<Page> => {
    open = await openPage(browser, server.url, options)
    return open.page
  }

  it('shows what the server knows and offers example questions', async () => {
    const page = await visit()
    await page.getByText('2 documents').waitFor()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Ask your documents')
    expect(
      await page.getByRole('list', { name: 'Example questions' }).getByRole('button').count(),
    ).toBe(3)
  })

  it('answers with a marker and lists the source', async () => {
    const page = await visit()
    const answer = await ask(page, refundQuestion)
    expect(await answer.locator('.answer-text').textContent()).toContain('30 days')
    await answer.getByRole('button', { name: 'Source 1: Refund policy' }).waitFor()
    expect(await quoteOf(answer)).toContain('30 days')
    expect(await page.getByRole('textbox', { name: 'Your question' }).inputValue()).toBe('')
  })

  it('marks exactly the quote in the stored text, and Escape returns to the marker', async () => {
    const page = await visit()
    const answer = await ask(page, refundQuestion)
    const quote = await quoteOf(answer)
    const marker = answer.locator('.marker').first()
    await marker.click()
    const pane = page.getByRole('complementary', { name: 'Refund policy' })
    const mark = pane.locator('mark')
    await mark.waitFor()
    expect(await mark.textContent()).toBe(quote)
    expect(await pane.locator('.source-text').textContent()).toContain(quote)
    await pane.getByText('Current version').waitFor()
    await pane.getByText('The quote is identical to the stored text.').waitFor()
    await page.keyboard.press('Escape')
    await pane.waitFor({ state: 'hidden' })
    expect(await isFocused(marker)).toBe(true)
  })

  it('shows the quote of a marker that has the keyboard focus', async () => {
    const page = await visit()
    const answer = await ask(page, refundQuestion)
    await page.keyboard.press('Tab')
    await answer.locator('.marker').first().focus()
    const popover = page.getByRole('tooltip')
    expect(await popover.locator('q').textContent()).toBe(await quoteOf(answer))
    await page.keyboard.press('Escape')
    await popover.waitFor({ state: 'hidden' })
  })

  it('sends what was said before along with a follow-up', async () => {
    const page = await visit()
    const first = await ask(page, refundQuestion)
    const request = page.waitForRequest('**/api/ask')
    const second = await ask(page, 'Who pays the shipping costs of returned parcels?')
    const { history } = (await request).postDataJSON()
    expect(history[0]).toEqual({ role: 'user', content: refundQuestion })
    expect(history[1].role).toBe('assistant')
    expect(history[1].content).toContain('30 days')
    expect(history).toHaveLength(2)
    expect(await second.locator('.answer-text').textContent()).toContain('customer')
    expect(await first.locator('.answer-text').textContent()).toContain('30 days')
  })

  it('says calmly when the documents do not answer', async () => {
    const page = await visit()
    const answer = await ask(page, 'Which volcano erupted near Reykjavik in 1973?')
    await answer.getByRole('heading', { name: 'Not in the documents' }).waitFor()
    expect(await answer.locator('.marker, .source').count()).toBe(0)
  })

  it('renders markup of a document as inert text', async () => {
    const page = await visit()
    const answer = await ask(page, 'For how many hours does the lantern burn paraffin?')
    await answer.locator('.source').first().click()
    const text = page.locator('.source-text')
    await text.locator('mark').waitFor()
    expect(await text.textContent()).toContain('<img src=x onerror="alert(2)">')
    expect(await text.textContent()).toContain('<script>alert(4)</script>')
    expect(await text.locator(':not(mark)').count()).toBe(0)
    expect(await page.locator('img:not(.brand-mark), script:not([src="/app.js"])').count()).toBe(0)
    expect(await page.locator('a[href^="javascript:"]').count()).toBe(0)
  })

  it('keeps an old answer’s citation open after the document was replaced', async () => {
    const page = await visit()
    await server.edit('edition.md', '# Edition\n\nThe warehouse closes at five in winter.\n')
    const before = await ask(page, 'When does the warehouse close in winter?')
    const quote = await quoteOf(before)
    expect(quote).toContain('five')
    await server.edit('edition.md', '# Edition\n\nThe warehouse closes at six in winter.\n')
    const after = await ask(page, 'When does the warehouse close in winter?')
    expect(await after.locator('.answer-text').textContent()).toContain('six')
    await before.locator('.marker').first().click()
    await page.locator('.source-pane').getByText('Replaced on').waitFor()
    expect(await page.locator('mark').textContent()).toBe(quote)
  })

  it('underlines the sentences that the documents do not support', async () => {
    const page = await visit()
    const supported = 'Refunds are **full**. '
    const claim = 'They arrive *by* <b>horse</b>.'
    const verdict = {
      start: supported.length,
      end: supported.length + claim.length,
      support: 'unsupported' as const,
      markers: [],
      withheld: false,
    }
    const answer: Answer = { ...emptyAnswer, answer: supported + claim, verdicts: [verdict] }
    await answerWith(page, [
      { type: 'text-delta', delta: supported },
      { type: 'text-delta', delta: claim },
      { type: 'verdict', verdict },
      { type: 'finish', answer },
    ])
    const exchange = await ask(page, refundQuestion)
    const flagged = await exchange.locator('.unsupported').allTextContents()
    expect(flagged.join('')).toBe('They arrive by <b>horse</b>.')
    await exchange.getByText('1 sentence with a dotted underline').waitFor()
  })

  it.each([
    [
      'an error in the stream',
      { type: 'error', error: { code: 'x', message: 'The model is asleep.', hint: 'Wake it.' } },
      'Wake it.',
    ],
    [
      'a stream that ends early',
      { type: 'search', query: 'x' },
      'The connection ended before the answer was complete.',
    ],
  ] satisfies [string, AskEvent, string][])(
    'explains %s and keeps what had arrived',
    async (_, event, expected) => {
      const page = await visit()
      await answerWith(page, [{ type: 'text-delta', delta: 'Half of' }, event])
      const exchange = await ask(page, refundQuestion)
      await exchange.locator('.notice').getByText(expected).waitFor()
      expect(await exchange.locator('.answer-text').textContent()).toBe('Half of')
    },
  )

  it('stops on Escape and asks again on request', async () => {
    const page = await visit()
    // A request that nobody handles stays open, as with a slow model.
    await page.route('**/api/ask', () => {})
    await send(page, refundQuestion)
    await page.getByRole('button', { name: 'Stop the answer' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.exchange').getByText('Stopped before the end.').waitFor()
    await page.unroute('**/api/ask')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.marker').first().waitFor()
    expect(await page.locator('.exchange').count()).toBe(1)
  })

  it('explains that the server is away, and goes on when it is back', async () => {
    const page = await visit()
    await page.getByText('2 documents').or(page.getByText('3 documents')).waitFor()
    await page.context().setOffline(true)
    const answer = await ask(page, refundQuestion)
    await answer.getByText('The server cannot be reached.').waitFor()
    await page.locator('#away').getByText('does not answer').waitFor()
    await page.context().setOffline(false)
    await page.locator('#away').getByText('The server is back.').waitFor()
    await answer.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.marker').first().waitFor()
    const offline = open.problems.splice(0)
    expect(offline.filter((problem) => !problem.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  })

  it('asks about the past on request', async () => {
    const page = await visit()
    await page.getByText('As of today').click()
    await page.getByLabel('Answer from the documents as they were on').fill('2020-05-03')
    await page.keyboard.press('Escape')
    const request = page.waitForRequest('**/api/ask')
    const answer = await ask(page, refundQuestion)
    const day = new Date((await request).postDataJSON().asOf)
    expect([day.getFullYear(), day.getMonth(), day.getDate()]).toEqual([2020, 4, 3])
    await answer.getByRole('heading', { name: 'Not in the documents' }).waitFor()
  })

  it('takes a new line with Shift and Enter, and the focus with a slash', async () => {
    const page = await visit()
    const field = page.getByRole('textbox', { name: 'Your question' })
    await page.getByRole('button', { name: 'What does a citation contain?' }).focus()
    await page.keyboard.press('/')
    expect(await isFocused(field)).toBe(true)
    await page.keyboard.type('one')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('two')
    expect(await field.inputValue()).toBe('one\ntwo')
    expect(await page.locator('.exchange').count()).toBe(0)
  })

  it('covers a phone with the source, and keeps the focus out of the page below', async () => {
    const page = await visit({ viewport: { width: 390, height: 844 }, hasTouch: true })
    const answer = await ask(page, refundQuestion)
    await answer.locator('.marker').first().tap()
    const sheet = page.getByRole('dialog', { name: 'Refund policy' })
    await sheet.locator('mark').waitFor()
    expect(await page.locator('#page').getAttribute('inert')).toBe('')
    const width = await page.evaluate('document.documentElement.scrollWidth')
    expect(width).toBe(390)
    await sheet.getByRole('button', { name: 'Close the source' }).tap()
    await sheet.waitFor({ state: 'hidden' })
    expect(await page.locator('#page').getAttribute('inert')).toBe(null)
  })
})

const emptyAnswer: Answer = {
  traceId: null,
  question: refundQuestion,
  query: refundQuestion,
  answer: '',
  abstained: false,
  citations: [],
  verdicts: [],
  droppedReferences: [],
  model: 'scripted',
  usage: { inputTokens: 0, outputTokens: 0 },
  timings: { retrievalMs: 0, firstTextMs: 0, totalMs: 0 },
}

/** Answers in the server's place, with events that a well-behaved model does not bring about. */
async function answerWith(page: Page, events: AskEvent[]): Promise<void> {
  const body = events
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')
  await page.route('**/api/ask', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body }),
  )
}

async function quoteOf(exchange: Locator): Promise<string> {
  return (await exchange.locator('.source q').first().textContent()) ?? ''
}
