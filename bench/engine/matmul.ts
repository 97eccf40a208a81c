/** @file The machine's matrix-product rate through ONNX Runtime: what training speed is measured against. */
import { compile, input, linear, sum, type Tensor } from '../../src/autodiff/index.ts'
import { type Session, type TensorData, tensorData } from '../../src/onnx/index.ts'
import { seededRandom } from '../../test/helpers/random.ts'
import { timed } from '../timing.ts'

export type MatmulShape = {
  readonly rows: number
  readonly inner: number
  readonly columns: number
}

/** Products of training: MLPs of the embedded (width 256) and the SmolLM2-135M shape (576), LoRA at rank 8. */
export const trainingShapes: readonly MatmulShape[] = [
  { rows: 2048, inner: 256, columns: 688 },
  { rows: 2048, inner: 256, columns: 1024 },
  { rows: 1024, inner: 576, columns: 1536 },
  { rows: 2048, inner: 576, columns: 1536 },
  { rows: 1024, inner: 576, columns: 8 },
]

/** Layers in one run: enough that the first read of the input and the last sum do not count. */
const layers = 8
const secondsPerShape = 1

export type MatmulOptions = { readonly threads?: number; readonly seconds?: number }

/** The best rate of several runs, in GFLOP/s: shared machines only ever make a run slower. */
export async function measureMatmul(
  shape: MatmulShape,
  { threads, seconds = secondsPerShape }: MatmulOptions = {},
): Promise<number> {
  const session = await compile(chain(shape), threads === undefined ? {} : { threads })
  const feeds = randomFeeds(session)
  const end = performance.now() + seconds * 1000
  let best = Number.POSITIVE_INFINITY
  do best = Math.min(best, (await timed(() => session.run(feeds))).ms)
  while (performance.now() < end)
  await session.close()
  const operations = 2 * 2 * layers * shape.rows * shape.inner * shape.columns
  return operations / best / 1e6
}

/** There and back through weights that are inputs, as training feeds them. */
function chain({ rows, inner, columns }: MatmulShape): { total: Tensor } {
  let x: Tensor = input('x', [rows, inner])
  for (let layer = 0; layer < layers; layer++)
    x = linear(
      linear(x, input(`up ${layer}`, [columns, inner])),
      input(`down ${layer}`, [inner, columns]),
    )
  return { total: sum(x) }
}

function randomFeeds(session: Session): Record<string, TensorData> {
  const { next } = seededRandom(1)
  return Object.fromEntries(
    session.inputs.map(({ name, shape }) => {
      const sizes = shape as readonly number[]
      const size = sizes.reduce((all, dimension) => all * dimension, 1)
      // Small, so that sixteen products in a row neither overflow nor become denormal.
      const values = Float32Array.from({ length: size }, () => (next() - 0.5) / 8)
      return [name, tensorData('float32', sizes, values)]
    }),
  )
}

/** Prints a line per shape. The option is the number of threads; without it ONNX Runtime chooses. */
export async function run([threads]: string[]): Promise<void> {
  const options = threads === undefined ? {} : { threads: Number(threads) }
  for (const shape of trainingShapes) {
    const { rows, inner, columns } = shape
    const rate = await measureMatmul(shape, options)
    process.stdout.write(
      `${`${rows} x ${inner} x ${columns}`.padEnd(20)} ${rate.toFixed(0)} GFLOP/s\n`,
    )
  }
}

if (import.meta.main) await run(process.argv.slice(2))
