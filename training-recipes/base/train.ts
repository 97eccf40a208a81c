/**
 * @file Trains the embedded base: `npm run train:base -- [--work FOLDER] [--tokens MILLIONS] [--ship]`.
 * Ended at any time, the same command goes on where it was. `--ship` replaces what the package carries.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { loadTokenizer } from '../../src/tokenizers/index.ts'
import { type TrainingEvent, type TrainOptions, train } from '../../src/training/index.ts'
import { copyingExample } from './copying.ts'
import { createDraw } from './draw.ts'
import { loadSources, mixture, tokenizerTexts } from './mixture.ts'
import { controlTokens, createModel } from './model.ts'
import { ship } from './ship.ts'

const { values: options } = parseArgs({
  options: {
    work: { type: 'string', default: path.join(import.meta.dirname, 'work') },
    tokens: { type: 'string', default: '11' },
    seed: { type: 'string', default: '1' },
    ship: { type: 'boolean', default: false },
  },
})

/** Where the package carries it. */
const SHIPPED = path.join(import.meta.dirname, '../../assets/base')
const ROW = 512
const BATCH = 3072
const COPYING_TOKENS = 6e5
/** After the mixture: fewer running texts, a lower rate. */
const REFINING_TOKENS = 3.5e6

await main()

async function main(): Promise<void> {
  const seed = Number(options.seed)
  const work = options.work
  const start = path.join(work, 'start')
  say('reading the data')
  const sources = await loadSources()
  await createModel(start, () => tokenizerTexts(sources, seed), seed)
  const tokenizer = await loadTokenizer(start)

  const draw = createDraw(seed + 1)
  const vocabulary = {
    first: 3 + controlTokens.turns.length,
    size: tokenizer.vocabSize,
    separator: tokenizer.eosTokenId!,
  }
  const lessons = Array.from({ length: COPYING_TOKENS / 60 }, () =>
    copyingExample(vocabulary, draw),
  )
  const copying = await stage('copying', {
    model: start,
    examples: lessons,
    output: path.join(work, 'copying'),
    learningRate: 1e-3,
    minimumRate: 0.5,
    length: 256,
    batchTokens: 2048,
  })

  say('making examples')
  const tokens = Number(options.tokens) * 1e6
  const size = { maxLength: ROW, seed: seed + 2 }
  const examples = [...mixture(sources, tokenizer, { tokens, ...size })]
  const validation = [...mixture(sources, tokenizer, { tokens: 6e4, ...size, seed: seed + 3 })]
  say(`${examples.length} examples`)
  const mixed = await stage('mixture', {
    model: copying,
    examples,
    validation,
    output: path.join(work, 'mixture'),
    learningRate: 1.5e-3,
    minimumRate: 0.05,
    length: ROW,
    batchTokens: BATCH,
    validateEvery: 250,
    keepBest: false,
  })
  const refining = REFINING_TOKENS * (Number(options.tokens) / 11)
  const trained = await stage('refinement', {
    model: mixed,
    examples: [
      ...mixture(sources, tokenizer, { tokens: refining, ...size, seed: seed + 4, prose: 0.4 }),
    ],
    validation,
    output: path.join(work, 'refinement'),
    learningRate: 8e-4,
    minimumRate: 0.02,
    length: ROW,
    batchTokens: BATCH,
    validateEvery: 250,
    keepBest: false,
  })
  say(`trained: ${trained}`)
  if (options.ship) {
    await ship(trained, SHIPPED)
    say(`shipped: ${SHIPPED}`)
  }
}

/** A stage that is done stays done: who changes the recipe names another work folder. */
async function stage(name: string, settings: TrainOptions): Promise<string> {
  const done = path.join(settings.output, 'model')
  if (existsSync(done)) return done
  const { path: folder } = await train({
    method: { type: 'full' },
    epochs: 1,
    warmup: 100,
    adamw: { beta2: 0.95, weightDecay: 0.1 },
    seed: Number(options.seed),
    checkpointEvery: 250,
    onProgress: (event) => report(name, event),
    ...settings,
  })
  return folder
}

function report(name: string, event: TrainingEvent): void {
  if (event.type === 'validation') say(`${name}: validation loss ${event.loss.toFixed(4)}`)
  if (event.type !== 'step' || event.step % 25 !== 0) return
  const { step, steps, loss, tokensPerSecond, secondsLeft } = event
  say(
    `${name} ${step}/${steps}  loss ${loss.toFixed(3)}  ${Math.round(tokensPerSecond)} tok/s  ${Math.round(secondsLeft / 60)} min left`,
  )
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`)
}
