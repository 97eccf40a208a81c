/** @file The report of a comparison in a real browser: filters, keyboard, screens, paper, and nobody is asked for anything. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ComparisonResult, writeReport } from '../../src/compare/index.ts'
import { full, hostile, poisoned } from '../compare/report-results.ts'
import { temporaryFolder } from '../helpers/workspace.ts'
import { chromiumPath, launchBrowser, type OpenPage, openPage } from './browser.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!chromiumPath)('the report in a browser', { timeout: 60_000 }, () => {
  let browser: Browser
  let open: OpenPage

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    await open.page.context().close()
    expect(open.problems).toEqual([])
  })

  const visit = async (
    result: ComparisonResult,
    options?: Parameters<typeof openPage>[2],
  ): Promise<Page> => {
    const file = await writeReport(result, path.join(folder, 'page.html'))
    open = await openPage(browser, pathToFileURL(file).href, options)
    return open.page
  }
  const field = (page: Page, label: string): Locator =>
    page.getByRole('search').getByLabel(label, { exact: true })
  const shown = (page: Page): Promise<string[]> =>
    page.locator('.question:not([hidden]) .asked').allTextContents()

  it('filters by arm, outcome, kind, time and words, and shows all again', async () => {
    const page = await visit(full)
    const found = page.getByRole('status')
    await field(page, 'arm').selectOption('rag')
    await field(page, 'outcome').selectOption('found_wrong')
    expect(await shown(page)).toEqual(['Question 3?'])
    expect(await found.textContent()).toBe('1 question of 30')
    await page.getByRole('button', { name: 'Show all' }).click()
    await expect.poll(() => found.textContent()).toBe('30 questions')
    await field(page, 'kind').selectOption('off_topic')
    expect(await shown(page)).toHaveLength(6)
    await field(page, 'kind').selectOption('')
    await field(page, 'phase').selectOption('updated')
    expect(await shown(page)).toHaveLength(6)
    await field(page, 'outcome').selectOption('stale')
    expect(await shown(page)).toHaveLength(6)
    await field(page, 'arm').selectOption('tuned_rag')
    expect(await shown(page)).toEqual([])
    await page.getByRole('button', { name: 'Show all' }).click()
    await field(page, 'words').fill('VALUE7 question')
    expect(await shown(page)).toEqual(['Question 7?'])
  })

  it('marks the answers that a filter is about, beside those of the other arms', async () => {
    const page = await visit(full)
    await field(page, 'arm').selectOption('base')
    const first = page.locator('.question').first()
    await first.locator('summary').first().click()
    expect(
      await first
        .locator('.answer.match')
        .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.arm)),
    ).toEqual(['base', 'base'])
    expect(await first.locator('.answer:visible').count()).toBe(10)
  })

  it('shows hostile texts as texts, and asks nobody for anything', async () => {
    const page = await visit(poisoned())
    expect(await page.title()).toMatch(/^Comparison x<\/script>/)
    expect(await page.locator('img').count()).toBe(0)
    await page.locator('.question summary').first().click()
    expect(await page.locator('.text').first().textContent()).toContain(hostile)
  })

  it('runs no script but its own', async () => {
    const page = await visit(full)
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "owned"'
      document.body.append(script)
    })
    expect(await page.title()).toBe('Comparison x - Graft')
    expect(open.problems.splice(0).join()).toContain('Content Security Policy')
  })

  it('is reached and read by keyboard', async () => {
    const page = await visit(full)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Skip to the verdict',
    )
    await page.locator('figure summary').first().focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('region')
  })

  it('names every control, heading, picture and region', async () => {
    const page = await visit(full)
    const nameless = await page.evaluate(() => {
      const named = (element: Element): boolean =>
        Boolean(element.getAttribute('aria-label') || element.textContent?.trim())
      const fields = [...document.querySelectorAll<HTMLInputElement>('input, select')]
      return [
        ...fields.filter(({ labels }) => !labels?.[0]?.textContent?.trim()),
        ...[
          ...document.querySelectorAll(
            'h1, h2, h3, h4, button, summary, a, [role=img], [role=region]',
          ),
        ].filter((one) => !named(one)),
      ].map((element) => element.outerHTML.slice(0, 80))
    })
    expect(nameless).toEqual([])
    const levels = await page
      .locator('h1, h2, h3, h4')
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])))
    expect(levels[0]).toBe(1)
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    expect(levels.every((level, at) => at === 0 || level <= levels[at - 1]! + 1)).toBe(true)
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('follows the scheme of the system until another is chosen', async () => {
    const page = await visit(full, { colorScheme: 'dark' })
    const ground = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(await ground()).toBe('rgb(19, 22, 20)')
    await page.getByRole('radio', { name: 'light' }).check()
    expect(await ground()).toBe('rgb(248, 247, 243)')
  })

  it.each([320, 375, 700, 1180])(
    'fits a screen of %d pixels without scrolling sideways',
    async (width) => {
      const page = await visit(full, { viewport: { width, height: 800 } })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      const sizes = await page
        .locator('.plot:visible')
        .evaluateAll((all) => all.map((one) => one.getAttribute('class')))
      expect(new Set(sizes)).toEqual(new Set([width < 640 ? 'plot narrow' : 'plot wide']))
    },
  )

  it('is printed light, without what only a screen can use', async () => {
    const page = await visit(full, { colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.getByRole('radio').first().isVisible()).toBe(false)
    expect(await page.locator('#filters').isVisible()).toBe(false)
    expect(await page.locator('.plot.wide').first().isVisible()).toBe(true)
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(
      'light',
    )
  })

  it('lists all answers where scripts are off', async () => {
    const page = await visit(full, { javaScriptEnabled: false })
    expect(await page.locator('.question').count()).toBe(30)
    expect(await page.locator('#filters').isVisible()).toBe(false)
  })
})
