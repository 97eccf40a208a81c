/** @file `npm run bench -- NAME [options]`: one entry for all benches; without a name it lists them. */
import { GraftError } from '../src/errors.ts'

type Bench = { description: string; load: () => Promise<{ run(options: string[]): Promise<void> }> }

// Loaded when asked for, so that one bench never needs what another imports.
const benches: Record<string, Bench> = {
  speed: {
    description:
      'ingest, query latency, cold start and memory, beside npm peers on the same chunks',
    load: () => import('./speed.ts'),
  },
  freshness: {
    description: 'facts that changed: is the new value given, and never again the old one',
    load: () => import('./freshness.ts'),
  },
  'edit-to-answer': {
    description: 'time from saving a watched file to an answer that holds the change',
    load: () => import('./edit-to-answer.ts'),
  },
  retrieval: {
    description: 'nDCG and recall on judged collections',
    load: () => import('./quality/retrieval.ts'),
  },
  answers: {
    description: 'right page, right sentence and abstention on product documentation',
    load: () => import('./quality/answers.ts'),
  },
  base: {
    description: 'the embedded base: protocol, unseen forms from 200 examples, speed',
    load: () => import('./base.ts'),
  },
  tasks: {
    description:
      'labels, extraction, calls of tools and two voices: adapters beside simple baselines',
    load: () => import('./tasks.ts'),
  },
  train: {
    description: 'training speed and memory beside PyTorch and PEFT',
    load: () => import('./engine/train.ts'),
  },
  growth: {
    description: 'how training grows with rows, length, rank and layers; 600M parameters',
    load: () => import('./engine/growth.ts'),
  },
  decode: {
    description: 'generation speed beside llama.cpp, and several streams with adapters',
    load: () => import('./engine/decode.ts'),
  },
  parity: {
    description: 'trained adapters give the same probabilities in PEFT and in llama.cpp',
    load: () => import('./engine/parity.ts'),
  },
  'install-llama-cpp': {
    description: 'installs llama.cpp for the tests that compare with it; measures nothing',
    load: () => import('./engine/peers/install.ts'),
  },
  matmul: {
    description: "the machine's matrix product through ONNX Runtime, the limit of training speed",
    load: () => import('./engine/matmul.ts'),
  },
  'general-ability': {
    description: 'makes assets/general-ability.jsonl anew',
    load: () => import('./quality/general-ability.ts'),
  },
  background: {
    description: 'makes assets/background-words.json anew',
    load: () => import('./quality/background.ts'),
  },
  statistics: {
    description: 'coverage and error rates of intervals and tests under known truths',
    load: () => import('./statistics.ts'),
  },
  load: {
    description: 'many streams at once: lost or mixed events, memory, time to the first byte',
    load: () => import('./load/load.ts'),
  },
  fuzz: {
    description: 'malformed requests to every route: nothing but refusals; writes no result',
    load: () => import('./fuzz.ts'),
  },
  'support-verdicts': {
    description: 'support verdicts against human attribution labels',
    load: () => import('./support-verdicts.ts'),
  },
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof GraftError)) throw error
  process.stderr.write(`error: ${error.message}\n${error.hint ? `hint: ${error.hint}\n` : ''}`)
  process.exitCode = 1
}

async function main([name, ...options]: string[]): Promise<void> {
  if (name === undefined) return list()
  const bench = benches[name]
  if (!bench) {
    throw new GraftError('unknown_bench', `there is no bench "${name}"`, {
      hint: `Use one of: ${Object.keys(benches).join(', ')}.`,
    })
  }
  const { run } = await bench.load()
  await run(options)
}

function list(): void {
  const width = Math.max(...Object.keys(benches).map((name) => name.length))
  for (const [name, { description }] of Object.entries(benches)) {
    console.log(`${name.padEnd(width)}  ${description}`)
  }
}
