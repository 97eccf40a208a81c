/** Assembles src/knowledge/embed/scan.wat into scan-wasm.ts. Run it after editing the .wat file. */
import { readFileSync, writeFileSync } from 'node:fs'
import wabt from 'wabt'

const folder = new URL('../src/knowledge/embed/', import.meta.url)
const { parseWat } = await wabt()
const source = readFileSync(new URL('scan.wat', folder), 'utf8')
const { buffer } = parseWat('scan.wat', source, { simd: true }).toBinary({})
const base64 = Buffer.from(buffer).toString('base64')
const lines = base64.match(/.{1,90}/g).map((part) => `  '${part}',`)
writeFileSync(
  new URL('scan-wasm.ts', folder),
  `/** @file Generated from scan.wat by scripts/build-scan.mjs: ${buffer.length} bytes of WebAssembly, base64. */\n\n` +
    `export const scanWasm: string = [\n${lines.join('\n')}\n].join('')\n`,
)
console.log(`scan-wasm.ts: ${buffer.length} bytes`)
