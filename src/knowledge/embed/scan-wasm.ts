/** @file Generated from scan.wat by scripts/build-scan.mjs: 229 bytes of WebAssembly, base64. */

export const scanWasm: string = [
  'AGFzbQEAAAABCQFgBX9/f39/AAIPAQNlbnYGbWVtb3J5AgABAwIBAAcIAQRzY2FuAAAKsAEBrQEDAXsBfwJ7AkADQC',
  'ACRQ0B/QwAAAAAAAAAAAAAAAAAAAAAIQVBACEGA0AgACAGav0ABAAhByABIAZq/QAEACEIIAUgB/2HASAI/YcB/boB',
  '/a4BIQUgBSAH/YgBIAj9iAH9ugH9rgEhBSAGQRBqIQYgBiADSQ0ACyAEIAX9GwAgBf0bAWogBf0bAiAF/RsDamo2Ag',
  'AgASADaiEBIARBBGohBCACQQFrIQIMAAsLCw==',
].join('')
