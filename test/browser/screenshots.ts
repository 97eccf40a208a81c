/** @file Pictures of every view, light and dark, desktop and phone: node test/browser/screenshots.ts FOLDER */

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser, openPage } from './browser.ts'
import { startServer } from './real-server.ts'
import { registerAdapters } from './registry.ts'

const [folder = 'screenshots'] = process.argv.slice(2)

const refunds = (days: number): string =>
  `# Refund policy\n\n## Time limit\n\nCustomers receive a full refund within ${days} days of the purchase.\n\n## Shipping\n\nShipping costs of returned parcels are paid by the customer.\n`

const documents = {
  'refunds.md': refunds(14),
  'warehouse.md': '# Warehouse\n\nThe warehouse closes at six in winter and at eight in summer.\n',
  'handbook.md': '# Handbook\n\n## Vacation\n\nEmployees have 30 days of vacation in each year.\n',
}

const devices = {
  desktop: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
}

const question = 'Within how many days do customers receive a full refund?'

type Shot = (page: Page, name: string) => Promise<void>

const views: Record<string, (page: Page, shot: Shot) => Promise<void>> = {
  async ask(page, shot) {
    await shot(page, 'welcome')
    for (const words of [question, 'Which volcano erupted near Reykjavik in 1973?']) {
      await page.getByRole('textbox', { name: 'Your question' }).fill(words)
      await page.keyboard.press('Enter')
      await page.locator('.exchange:last-child .actions').waitFor()
      await page.getByRole('button', { name: 'Bad answer' }).last().click()
      await page.waitForTimeout(300)
      await shot(page, words === question ? 'answer' : 'abstention')
    }
    await page.locator('.marker').first().click()
    await page.locator('.source-pane mark').waitFor()
    await shot(page, 'source')
  },
  async knowledge(page, shot) {
    await page.locator('.row').first().waitFor()
    await shot(page, 'documents')
    await page.getByRole('searchbox', { name: 'Try the search' }).fill('full refund')
    await page.keyboard.press('Enter')
    await page.locator('button.card').first().waitFor()
    await shot(page, 'search')
    await page.getByRole('button', { name: 'Back to the documents' }).click()
    await page.getByRole('link', { name: 'Refund policy' }).click()
    await page.getByRole('button', { name: 'Changes' }).click()
    await page.locator('.changes').waitFor()
    await shot(page, 'document')
    await page.getByRole('button', { name: 'Remove' }).click()
    await shot(page, 'removal')
  },
  async behavior(page, shot) {
    await page.locator('.card').first().waitFor()
    await page.getByText('History').click()
    await page.getByText('What the gate checked').first().click()
    await page.locator('.card li').first().waitFor()
    await shot(page, 'registry')
  },
  async audit(page, shot) {
    await page.locator('.row').first().waitFor()
    await shot(page, 'traces')
    await page.getByRole('link', { name: question }).last().click()
    await page.getByRole('button', { name: 'With the documents of today' }).click()
    await page.locator('.replay .notice').waitFor()
    await shot(page, 'trace')
  },
}

mkdirSync(folder, { recursive: true })
const server = await startServer(documents)
const browser = await launchBrowser()
try {
  await server.workspace.access.set('ana', ['support'])
  for await (const _ of server.workspace.ask(question)) {
    // Its trace alone is wanted.
  }
  await server.edit('refunds.md', refunds(30))
  await registerAdapters(server.workspace)
  await server.workspace.behavior.registry.promote('support:1', 'production')
  await server.workspace.behavior.registry.canary('support:2', 'production', { share: 0.1 })
  for (const [device, options] of Object.entries(devices))
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [view, visit] of Object.entries(views)) {
        const { page, problems } = await openPage(browser, `${server.url}/#/${view}`, {
          ...options,
          colorScheme,
        })
        await visit(page, async (_, name) => {
          const file = `${view}-${name}-${device}-${colorScheme}.png`
          await page.screenshot({ path: path.join(folder, file) })
        })
        for (const problem of problems) console.error(`${view}: ${problem}`)
        await page.context().close()
      }
} finally {
  await browser.close()
  await server.close()
}
