'use strict'
/**
 * Packs the package, installs it elsewhere from the npm registry, and uses it there as a customer would,
 * under the Nodes it supports (22 and 24) and under one it refuses (20).
 */
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.resolve(__dirname, '..')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'graft-pack-'))
// The oldest and the newest supported, and one that must be refused clearly.
const nodes = { supported: ['22.13.1', '24.21.0'], refused: '20.20.2' }

function main() {
  run('npm', ['pack', '--silent', '--pack-destination', folder], root)
  const [tarball] = fs.readdirSync(folder)
  run(path.join(root, 'node_modules/.bin/publint'), [path.join(folder, tarball)], root)
  run(
    path.join(root, 'node_modules/.bin/attw'),
    [path.join(folder, tarball), '--profile', 'esm-only'],
    root,
  )
  fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true,"type":"module"}')
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error', `./${tarball}`], folder)
  fs.writeFileSync(
    path.join(folder, 'refunds.md'),
    '# Refunds\n\nWe refund every order within 30 days.\n',
  )
  fs.writeFileSync(path.join(folder, 'library.js'), library)
  for (const version of nodes.supported) useWith(version)
  refuseWith(nodes.refused)
  fs.rmSync(folder, { recursive: true, force: true })
}

// The embedded store, whatever the environment says.
const env = { ...process.env, DATABASE_URL: '' }

const library = `
import { openWorkspace } from 'graft'
const graft = await openWorkspace(process.argv[2])
await graft.knowledge.add('refunds.md')
for await (const event of graft.ask('When do you refund an order?')) {
  if (event.type === 'finish') console.log(event.answer.citations[0].quote)
}
await graft.close()
`

function useWith(version) {
  const node = nodeOf(version)
  const graft = path.join(folder, 'node_modules/.bin/graft')
  const workspace = `ws-${version}`
  run(node, [graft, 'add', 'refunds.md', '--workspace', workspace], folder)
  const answer = JSON.parse(
    run(
      node,
      [graft, 'ask', 'When do you refund an order?', '--json', '--workspace', workspace],
      folder,
    ),
  )
  if (answer.citations[0].quote !== 'We refund every order within 30 days.')
    fail(`Node ${version}: wrong answer ${answer.answer}`)
  const quote = run(node, ['library.js', `${workspace}-library`], folder).trim()
  if (quote !== 'We refund every order within 30 days.')
    fail(`Node ${version}: the library answers ${quote}`)
  console.log(`ok  the packed package on Node ${version}`)
}

function refuseWith(version) {
  const { status, stderr } = spawnSync(
    nodeOf(version),
    [path.join(folder, 'node_modules/.bin/graft'), 'status'],
    { cwd: folder, encoding: 'utf8' },
  )
  if (status !== 1 || !stderr.includes('needs Node 22.13'))
    fail(`Node ${version} is not refused clearly: ${stderr}`)
  console.log(`ok  refused on Node ${version}`)
}

function nodeOf(version) {
  const place = path.join(folder, `node-${version}`)
  fs.mkdirSync(place, { recursive: true })
  fs.writeFileSync(path.join(place, 'package.json'), '{"private":true}')
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel', 'error', `node@${version}`],
    place,
  )
  return path.join(place, 'node_modules/node/bin/node')
}

function run(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (status !== 0)
    fail(`${path.basename(program)} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`)
  return stdout
}

function fail(message) {
  console.error(`error: ${message}`)
  process.exit(1)
}

main()
