/** @file What tests do on the page, as a reader does it. */

import type { Locator, Page } from 'playwright-core'

/** Sends a question; the exchange that it begins. */
export async function send(page: Page, question: string): Promise<Locator> {
  const exchanges = page.locator('.exchange')
  const before = await exchanges.count()
  await page.getByRole('textbox', { name: 'Your question' }).fill(question)
  await page.keyboard.press('Enter')
  return exchanges.nth(before)
}

/** Asks and waits until the answer is complete: then its actions appear. */
export async function ask(page: Page, question: string): Promise<Locator> {
  const exchange = await send(page, question)
  await exchange.getByRole('button', { name: 'Try again' }).waitFor()
  return exchange
}

export async function upload(page: Page, name: string, text: string): Promise<void> {
  const file = { name, mimeType: 'text/markdown', buffer: Buffer.from(text) }
  await page.locator('input[type="file"]').setInputFiles(file)
}

/** The section of a page that has this heading. */
export function sectionOf(page: Page, heading: string): Locator {
  return page.locator('section').filter({ has: page.getByRole('heading', { name: heading }) })
}

export function isFocused(locator: Locator): Promise<boolean> {
  return locator.evaluate((node) => node === node.ownerDocument.activeElement)
}

/** Whether everything in it has room, without scrolling sideways. */
export function fits(locator: Locator): Promise<boolean> {
  return locator.evaluate((node) => node.scrollWidth <= node.clientWidth)
}
