/** Import directions: a part may import parts on lower layers, and only through their index.ts. */
const layers = [
  ['cli'],
  ['server'],
  ['compare', 'advise'],
  ['assistant'],
  ['knowledge', 'behavior'],
  ['training', 'inference'],
  ['models', 'tokenizers', 'db'],
  ['autodiff'],
  ['onnx'],
  ['statistics'],
]
const group = (parts) => `^src/(${parts.join('|')})/`
const upward = layers.slice(1).map((layer, i) => ({
  name: `no-upward-import-from-${layer.join('-')}`,
  severity: 'error',
  from: { path: group(layer) },
  to: { path: group(layers.slice(0, i + 1).flat()) },
}))
const sideways = layers
  .filter((layer) => layer.length > 1)
  .map((layer) => ({
    name: `no-sideways-import-in-${layer.join('-')}`,
    severity: 'error',
    from: { path: `^src/(${layer.join('|')})/` },
    to: { path: group(layer), pathNot: '^src/$1/' },
  }))
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'through-the-front-door',
      severity: 'error',
      comment: "import another part's index.ts, not its files",
      from: { path: '^src/([^/]+)/', pathNot: '\\.(test|contract)\\.ts$' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/util/'] },
    },
    {
      name: 'engine-stands-alone',
      severity: 'error',
      comment: 'the trainer engine knows no database or product part',
      from: { path: '^src/(onnx|autodiff|models|tokenizers|training|inference)/' },
      to: { path: '^src/(db|knowledge|behavior|assistant|compare|advise|server|cli)/' },
    },
    {
      name: 'util-and-errors-are-leaves',
      severity: 'error',
      from: { path: '^src/(util/|errors\\.ts)' },
      to: { path: '^src/', pathNot: '^src/(util/|errors\\.ts)' },
    },
    {
      name: 'one-door-to-onnxruntime',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/onnx/' },
      to: { path: 'onnxruntime' },
    },
    {
      name: 'one-door-to-postgres',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/db/'] },
      to: { path: 'node_modules/(pg|@electric-sql)/' },
    },
    ...upward,
    ...sideways,
  ],
  options: { tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
}
