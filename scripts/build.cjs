'use strict'
/** Compiles src/ to dist/ with plain tsc: readable files, one for one. */
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.resolve(__dirname, '..')
fs.rmSync(path.join(root, 'dist'), { recursive: true, force: true })
const { status } = spawnSync(
  path.join(root, 'node_modules/.bin/tsc'),
  ['-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
process.exit(status ?? 1)
