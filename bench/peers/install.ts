/** @file Installs peers into a folder of their own when they are missing, so that Graft's install stays lean. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { GraftError } from '../../src/errors.ts'

export type PeerFolder = {
  /** With a package.json that names exact versions, and its lock file. */
  folder: string
  /** What the user is told will be downloaded. */
  megabytes: number
  /** Packages beside those of package.json, with their versions. */
  more?: Record<string, string>
  /** What npm is asked to do. Default `ci`. */
  command?: string[]
  hint: string
}

type PeerManifest = { dependencies: Record<string, string> }

/** Installed versions by package name, of the speed bench's peers. @throws GraftError install_failed */
export function installPeers(): Record<string, string> {
  return installInto({
    folder: import.meta.dirname,
    megabytes: 190,
    hint: 'Check the network connection to the npm registry, or run the bench with --no-peers.',
  })
}

/** Installed versions by package name. @throws GraftError install_failed */
export function installInto(peers: PeerFolder): Record<string, string> {
  const wanted = wantedVersions(peers)
  if (!arePeersInstalled(peers)) install(peers)
  return wanted
}

/** Whether the folder holds the versions that it names. */
export function arePeersInstalled(peers: Pick<PeerFolder, 'folder' | 'more'>): boolean {
  return Object.entries(wantedVersions(peers)).every(
    ([name, version]) => installedVersion(peers.folder, name) === version,
  )
}

function wantedVersions({
  folder,
  more,
}: Pick<PeerFolder, 'folder' | 'more'>): Record<string, string> {
  const manifest = readJson<PeerManifest>(path.join(folder, 'package.json'))
  return { ...manifest.dependencies, ...more }
}

function install({ folder, megabytes, command = ['ci'], hint }: PeerFolder): void {
  process.stderr.write(`Installing peers from the npm registry (about ${megabytes} MB) ...\n`)
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--loglevel', 'error']
  const { status, error } = spawnSync('npm', [...command, ...options], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  throw new GraftError(
    'install_failed',
    `npm ${command[0]} ended with ${error?.message ?? `code ${status}`}`,
    { hint },
  )
}

function installedVersion(folder: string, name: string): string | undefined {
  const manifest = path.join(folder, 'node_modules', name, 'package.json')
  if (!existsSync(manifest)) return undefined
  return readJson<{ version: string }>(manifest).version
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T
}
