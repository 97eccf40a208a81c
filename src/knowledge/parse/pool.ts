/** @file Parses and chunks in a worker thread, so that no document can stall or exhaust the process. */
import { Worker } from 'node:worker_threads'
import type { ChunkedDocument } from '../chunk/chunk.ts'
import { KnowledgeError } from '../errors.ts'
import type { ParseFailure, ParseRequest, ParseResponse } from './parse-worker.ts'
import type { ParseInput } from './parsed-document.ts'

export type ParsePoolOptions = {
  /** Longest time for one document. Default 60,000. */
  timeoutMs?: number
  /** Largest heap of the worker. Default 1,024. */
  maxHeapMb?: number
}

export type ParsePool = {
  /**
   * Parses and chunks a document; documents wait for each other in order. A buffer that `input.bytes`
   * fills is moved to the worker and cannot be read afterwards.
   */
  parse(input: ParseInput, options?: { signal?: AbortSignal }): Promise<ChunkedDocument>
  /** Ends the worker; documents that still wait are rejected. */
  close(): Promise<void>
}

type Job = {
  input: ParseInput
  resolve: (document: ChunkedDocument) => void
  reject: (error: unknown) => void
}

/** Opens a pool of one worker, which starts with the first document and stays warm. */
export function createParsePool(options: ParsePoolOptions = {}): ParsePool {
  const lane = new Lane(options.timeoutMs ?? 60_000, options.maxHeapMb ?? 1024)
  return {
    parse: (input, { signal } = {}) => lane.enqueue(input, signal),
    close: () => lane.close(),
  }
}

/** A worker and the documents that wait for it. At most one document is with the worker at a time. */
class Lane {
  readonly #timeoutMs: number
  readonly #maxHeapMb: number
  readonly #queue: Job[] = []
  #worker: Worker | undefined
  #current: Job | undefined
  #timer: NodeJS.Timeout | undefined
  #requests = 0
  #closed = false

  constructor(timeoutMs: number, maxHeapMb: number) {
    this.#timeoutMs = timeoutMs
    this.#maxHeapMb = maxHeapMb
  }

  async enqueue(input: ParseInput, signal: AbortSignal | undefined): Promise<ChunkedDocument> {
    if (this.#closed) throw new Error('the parse pool is closed')
    signal?.throwIfAborted()
    let abort: (() => void) | undefined
    try {
      return await new Promise<ChunkedDocument>((resolve, reject) => {
        const job: Job = { input, resolve, reject }
        abort = () => this.#abort(job, signal?.reason)
        signal?.addEventListener('abort', abort)
        this.#queue.push(job)
        this.#advance()
      })
    } finally {
      if (abort) signal?.removeEventListener('abort', abort)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const closed = new Error('the parse pool was closed')
    for (const job of this.#queue.splice(0)) job.reject(closed)
    this.#finish()?.reject(closed)
    await this.#dismiss()
  }

  #advance(): void {
    if (this.#current || this.#closed) return
    const job = this.#queue.shift()
    if (!job) return
    this.#current = job
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#timer = setTimeout(() => this.#expire(job), this.#timeoutMs)
    const bytes = movable(job.input.bytes)
    const request: ParseRequest = { id: ++this.#requests, input: { ...job.input, bytes } }
    this.#worker.postMessage(request, [bytes.buffer])
  }

  #start(): Worker {
    const url = new URL(
      import.meta.url.endsWith('.ts') ? './parse-worker.ts' : './parse-worker.js',
      import.meta.url,
    )
    const worker = new Worker(url, {
      // Flags of the process, such as --input-type, need not make sense for a worker.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#maxHeapMb },
    })
    worker.on('message', (response: ParseResponse) => {
      if (worker === this.#worker && response.id === this.#requests) this.#settle(response)
    })
    worker.on('error', (error) => this.#fail(worker, error))
    worker.on('exit', () => this.#fail(worker, new Error('internal: the parse worker ended')))
    return worker
  }

  #settle(response: ParseResponse): void {
    const job = this.#finish()
    if ('result' in response) job?.resolve(response.result)
    else job?.reject(revive(response.failure))
    this.#advance()
  }

  /** The worker died: of memory, as a rule. The next document gets a new one. */
  #fail(worker: Worker, error: Error & { code?: string }): void {
    if (worker !== this.#worker) return
    this.#worker = undefined
    const job = this.#finish()
    job?.reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? this.#outOfMemory(job) : error)
    this.#advance()
  }

  #expire(job: Job): void {
    this.#replace(
      job,
      new KnowledgeError(
        'parse_timeout',
        `"${job.input.name}" was not parsed within ${this.#timeoutMs} ms`,
        {
          hint: 'Split the document, or convert it to Markdown or plain text first.',
        },
      ),
    )
  }

  #abort(job: Job, reason: unknown): void {
    const waiting = this.#queue.indexOf(job)
    if (waiting >= 0) this.#queue.splice(waiting, 1)
    if (job === this.#current) this.#replace(job, reason)
    else job.reject(reason)
  }

  /** Gives up the running document together with its worker, which cannot be interrupted otherwise. */
  #replace(job: Job, reason: unknown): void {
    this.#finish()
    void this.#dismiss()
    job.reject(reason)
    this.#advance()
  }

  #finish(): Job | undefined {
    const job = this.#current
    clearTimeout(this.#timer)
    this.#current = undefined
    this.#worker?.unref()
    return job
  }

  async #dismiss(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #outOfMemory({ input }: Job): KnowledgeError {
    return new KnowledgeError(
      'document_too_large',
      `"${input.name}" needs more than ${this.#maxHeapMb} MB of memory to parse`,
      { hint: 'Split the document into smaller ones.' },
    )
  }
}

function revive({ code, message, hint }: ParseFailure): Error {
  return code
    ? new KnowledgeError(code, message, hint === undefined ? {} : { hint })
    : new Error(message)
}

/** Bytes that fill their buffer are moved; a view into a larger one, such as Node's pool, is copied out. */
function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes
  const fills = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0
  return fills ? new Uint8Array(buffer) : new Uint8Array(bytes)
}
