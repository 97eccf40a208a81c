/** Makes assets/pgdata-pglite-*.tar.gz: the result of initdb, which a new workspace starts from. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_textsearch } from '@electric-sql/pglite-pg_textsearch'
import { vector } from '@electric-sql/pglite-pgvector'

const require = (await import('node:module')).createRequire(import.meta.url)
const manifest = path.join(path.dirname(require.resolve('@electric-sql/pglite')), '../package.json')
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
const folder = mkdtempSync(path.join(os.tmpdir(), 'graft-template-'))
const engine = await PGlite.create(path.join(folder, 'data'), {
  extensions: { vector, pg_textsearch },
})
await engine.exec('checkpoint')
const tar = Buffer.from(await (await engine.dumpDataDir('gzip')).arrayBuffer())
await engine.close()
rmSync(folder, { recursive: true })
const file = new URL(`../assets/pgdata-pglite-${version}.tar.gz`, import.meta.url)
writeFileSync(file, tar)
console.log(`${path.basename(file.pathname)}: ${(tar.length / 1e6).toFixed(1)} MB`)
