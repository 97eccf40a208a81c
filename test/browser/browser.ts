/** @file A real browser for tests of the page: starts Chromium and records everything that must not happen. */

import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** The installed Chromium, if there is one; `CHROMIUM_PATH` names another. */
export const chromiumPath: string | undefined = candidates.find((path) => path && existsSync(path))

if (!chromiumPath) {
  console.warn('Browser tests are skipped: install Chromium or set CHROMIUM_PATH to run them.')
}

/** An open page, and what went wrong on it: script errors, refused content, dialogs, foreign requests. */
export type OpenPage = { page: Page; problems: string[] }

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Opens `url` in a fresh context, so that no test sees the state of another. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  const problems = watch(page, new URL(url).host)
  await page.goto(url)
  return { page, problems }
}

function watch(page: Page, host: string): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
  // Violations of the content security policy are reported as console errors.
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  page.on('dialog', async (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  page.on('request', (request) => {
    if (new URL(request.url()).host !== host) problems.push(`foreign request: ${request.url()}`)
  })
  return problems
}
