/** @file Installs the peers into their own folder when they are missing, so that Graft's install stays lean. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { GraftError } from '../../src/errors.ts'

const folder = import.meta.dirname

type PeerManifest = { dependencies: Record<string, string> }

/** Installed versions by package name. @throws GraftError install_failed */
export function installPeers(): Record<string, string> {
  const { dependencies } = readJson<PeerManifest>('package.json')
  const isInstalled = Object.entries(dependencies).every(
    ([name, version]) => installedVersion(name) === version,
  )
  if (!isInstalled) install()
  return dependencies
}

function install(): void {
  process.stderr.write('Installing the peers from the npm registry (about 190 MB) ...\n')
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--loglevel', 'error']
  const { status, error } = spawnSync('npm', ['ci', ...options], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  throw new GraftError(
    'install_failed',
    `npm ci ended with ${error?.message ?? `code ${status}`}`,
    {
      hint: 'Check the network connection to the npm registry, or run the bench with --no-peers.',
    },
  )
}

function installedVersion(name: string): string | undefined {
  const manifest = `node_modules/${name}/package.json`
  if (!existsSync(path.join(folder, manifest))) return undefined
  return readJson<{ version: string }>(manifest).version
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as T
}
