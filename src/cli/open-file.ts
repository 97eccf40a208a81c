/** @file Opens a file with the program that the system has for it. */
import { spawn } from 'node:child_process'

/** Takes the path as its one argument, without a shell. */
const openers: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'open',
  win32: 'explorer.exe',
}

/** Resolves with whether there is such a program; what it does then is its own affair. */
export async function openFile(file: string): Promise<boolean> {
  const opener = openers[process.platform] ?? 'xdg-open'
  const child = spawn(opener, [file], { detached: true, stdio: 'ignore' })
  child.unref()
  return await new Promise((resolve) => {
    child.once('spawn', () => resolve(true))
    child.once('error', () => resolve(false))
  })
}
