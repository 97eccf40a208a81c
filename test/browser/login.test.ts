/** @file The page of a server that asks for a key, in a real browser. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../src/server/index.ts'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'
import { chromiumPath, launchBrowser, openPage } from './browser.ts'

describe.skipIf(!chromiumPath)('login', () => {
  let browser: Browser
  let test: TestWorkspace
  let server: RunningServer

  beforeAll(async () => {
    browser = await launchBrowser()
    test = await openTestWorkspace()
    const text = '# Refunds\n\nRefunds are paid within 14 days.\n'
    await test.workspace.knowledge.add({ name: 'refunds.md', text })
    server = await startServer(test.workspace, { port: 0, apiKey: 'open sesame' })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await test?.close()
  })

  it('asks for the key, says when it is wrong, and keeps it for the tab', async () => {
    const { page, problems } = await openPage(browser, server.url)
    const enter = async (key: string): Promise<void> => {
      await page.getByLabel('API key').fill(key)
      await page.getByRole('button', { name: 'Log in' }).click()
    }
    await enter('wrong')
    await page.getByText('That key is not valid.').waitFor()
    await enter('open sesame')
    await page.getByText('1 document').waitFor()
    await page.reload()
    await page.getByText('1 document').waitFor()
    expect(await page.evaluate('localStorage.length + document.cookie.length')).toBe(0)
    expect(page.url()).not.toContain('sesame')
    // The browser itself reports the requests that were refused.
    expect(problems.filter((problem) => !problem.includes('status of 401'))).toEqual([])
    const other = await openPage(browser, server.url)
    await other.page.getByLabel('API key').waitFor()
    await other.page.context().close()
    await page.context().close()
  })
})
