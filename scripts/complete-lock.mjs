/**
 * Adds what npm leaves out of package-lock.json when a registry mirror lacks the builds of other
 * platforms: without an entry for every optional dependency, `npm ci` refuses the whole file.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))
const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'openharmony',
  'win32',
  'sunos',
  'netbsd',
  'openbsd',
  'aix',
]
const processors = [
  'arm64',
  'arm',
  'x64',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
]

for (const [place, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${place}/node_modules/${name}`])
      continue
    const system = systems.find((candidate) => name.includes(candidate))
    const processor = processors.find((candidate) => new RegExp(`[-/]${candidate}`).test(name))
    if (!system || !/^\d/.test(range)) continue
    lock.packages[`node_modules/${name}`] = {
      version: range,
      ...(entry.dev && { dev: true }),
      optional: true,
      os: [system],
      ...(processor && { cpu: [processor] }),
      ...(name.includes('musl') && { libc: ['musl'] }),
    }
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
lock.packages = Object.fromEntries(sorted)
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
