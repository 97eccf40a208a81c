/** @file Where the shipped result of initdb lies; `npm run build:template` makes it anew. */
import { fileURLToPath } from 'node:url'

/** Bound to the exact PGlite version: a template of another Postgres build must never be loaded. */
export const templateFile: string = fileURLToPath(
  new URL('../../../assets/pgdata-pglite-0.5.14.tar.gz', import.meta.url),
)
