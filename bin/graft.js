#!/usr/bin/env node
// Plain JavaScript without modern syntax up to the check, so that an old Node prints one clear line.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(`error: Graft needs Node 22.13 or newer, this is Node ${process.versions.node}`)
  console.error(
    'hint: Install a current Node, or run it with one from npm: npx -p node@24 -p graft graft',
  )
  process.exit(1)
}
await import('../dist/cli/main.js')
