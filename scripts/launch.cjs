'use strict'
/**
 * Entry of every npm script. Works with nothing installed and with a Node as old as 20.20: installs
 * the dependencies when they are missing or outdated, then runs the task on a Node that can execute
 * TypeScript (this one, or the Node 24 that the repository pins as a dev dependency).
 */
const { spawn, spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

const root = path.resolve(__dirname, '..')
const cli = path.join(root, 'src/cli/main.ts')
const modules = path.join(root, 'node_modules')
const stamp = path.join(modules, '.graft-install')

// task -> the programs to run in turn, each [script, ...arguments] for Node
const tasks = {
  start: [[cli, 'start']],
  graft: [[cli]],
  test: [[path.join(modules, 'vitest/vitest.mjs'), 'run']],
  check: [[path.join(root, 'scripts/check.cjs')]],
  build: [[path.join(root, 'scripts/build.cjs')]],
  pack: [[path.join(root, 'scripts/check-package.cjs')]],
  bench: [[path.join(root, 'bench/main.ts')]],
  'train-selector': [[path.join(root, 'training-recipes/selector/train.ts')]],
  'train-base': [[path.join(root, 'training-recipes/base/train.ts')]],
}

function main() {
  const [task, ...rest] = process.argv.slice(2)
  const programs = tasks[task]
  if (!programs) fail(`unknown task "${task}"`, `Use one of: ${Object.keys(tasks).join(', ')}.`)
  installIfNeeded()
  run(programs[0].concat(rest))
}

function installIfNeeded() {
  const wanted = createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return
  process.stderr.write(
    'Installing dependencies from the npm registry (first run only, about a minute) ...\n',
  )
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error']
  const npm = spawnSync(
    'npm',
    ['ci', ...quiet, process.stderr.isTTY ? '--progress=true' : '--progress=false'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    },
  )
  if (npm.error)
    fail(
      `npm could not be started: ${npm.error.message}`,
      'Install npm, then run the command again.',
    )
  if (npm.status !== 0)
    fail(
      `npm ci ended with code ${npm.status}`,
      'Check the network connection to the npm registry, then run the command again.',
    )
  fs.writeFileSync(stamp, wanted)
  process.stderr.write('Installed.\n')
}

function run(program) {
  if (runsTypeScript(process.versions.node)) {
    process.argv = [process.argv[0], ...program]
    import(pathToFileURL(program[0]).href).catch((error) => {
      console.error(error)
      process.exitCode = 1
    })
    return
  }
  const node = pinnedNode()
  // npm and vitest start further processes with the `node` they find on the PATH.
  const env = { ...process.env, PATH: path.dirname(node) + path.delimiter + process.env.PATH }
  const child = spawn(node, program, { stdio: 'inherit', env })
  // A terminal sends Ctrl-C to the child as well: wait for it to end in its own way.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => signal === 'SIGINT' || child.kill(signal))
  }
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    process.exit(code === null ? 1 : code)
  })
}

/** Type stripping is on by default since Node 22.18 and 23.6. */
function runsTypeScript(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 23 || (major === 22 && minor >= 18) || (major === 23 && minor >= 6)
}

function pinnedNode() {
  const file = path.join(modules, 'node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const probe = spawnSync(file, ['--version'], { encoding: 'utf8' })
  if (probe.status === 0) return file
  return fail(
    `this is Node ${process.versions.node}, and the pinned Node 24 is not in node_modules`,
    'Allow the install script of the package "node" (npm install-scripts approve node) and run npm ci, or install Node 24.',
  )
}

function fail(message, hint) {
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`)
  process.exit(1)
}

main()
