'use strict'
/** Everything that must hold before a commit, besides the tests. Prints the first failure and stops. */
const { spawnSync } = require('node:child_process')
const path = require('node:path')

const root = path.resolve(__dirname, '..')
const bin = (name) => path.join(root, 'node_modules/.bin', name)
// Fewer modules than this means that the cruiser read nothing and would call anything clean.
const LEAST_MODULES = 40

const steps = [
  ['lint and format', bin('biome'), ['check', '--error-on-warnings']],
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the page', bin('tsc'), ['-p', 'web']],
  ['types of the browser tests', bin('tsc'), ['-p', 'test/browser']],
  ['unused code', bin('knip'), []],
]

for (const [name, program, args] of steps) run(name, program, args)
checkBoundaries()

function run(name, program, args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) fail(`${name} failed`)
  console.log(`ok  ${name}`)
}

function checkBoundaries() {
  const args = ['--config', 'dependency-cruiser.config.cjs', '--output-type', 'json', 'src']
  const { stdout } = spawnSync(bin('depcruise'), args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const { summary, modules } = JSON.parse(stdout)
  const own = modules.filter(({ source }) => source.startsWith('src/')).length
  if (own < LEAST_MODULES)
    fail(`the boundary check read ${own} modules, fewer than ${LEAST_MODULES}`)
  for (const { rule, from, to } of summary.violations)
    console.error(`${rule.name}: ${from} -> ${to}`)
  if (summary.violations.length > 0) fail('import boundaries are violated')
  console.log(`ok  import boundaries (${own} modules)`)
}

function fail(message) {
  console.error(`error: ${message}`)
  process.exit(1)
}
