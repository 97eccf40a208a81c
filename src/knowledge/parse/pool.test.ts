import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { textInput } from '../../../test/fixtures/documents/fixture.ts'
import { createParsePool, type ParsePool, type ParsePoolOptions } from './pool.ts'

const pools: ParsePool[] = []

function open(options?: ParsePoolOptions): ParsePool {
  const pool = createParsePool(options)
  pools.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

const small = (name: string) => textInput(name, `# ${name}\n\nText.`)

/** Takes the parser several seconds. */
const slow = () => textInput('slow.md', '> - a *b* [c](d)\n'.repeat(200_000))

describe('createParsePool', () => {
  it('parses and chunks in order', async () => {
    const pool = open()
    const order: string[] = []
    const results = await Promise.all(
      ['a.md', 'b.md', 'c.md'].map(async (name) => {
        const result = await pool.parse(small(name))
        order.push(result.document.title)
        return result
      }),
    )
    expect(order).toEqual(['a.md', 'b.md', 'c.md'])
    expect(results[0]!.chunks[0]).toMatchObject({ headingPath: ['a.md'], start: 0, ordinal: 0 })
  })

  it('passes errors on with code, message and hint', async () => {
    await expect(open().parse(textInput('a.csv', 'a,b\n1\n'))).rejects.toMatchObject({
      name: 'KnowledgeError',
      code: 'malformed_document',
      message: expect.stringContaining('a.csv'),
      hint: expect.stringContaining('header'),
    })
  })

  it('gives up a document after the timeout and goes on with the next', async () => {
    const pool = open({ timeoutMs: 1500 })
    await pool.parse(small('warm.md'))
    const stuck = pool.parse(slow())
    const next = pool.parse(small('next.md'))
    await expect(stuck).rejects.toMatchObject({
      code: 'parse_timeout',
      message: expect.stringContaining('slow.md'),
    })
    expect((await next).document.title).toBe('next.md')
  })

  it('reports a document that exhausts the heap and goes on with the next', async () => {
    const pool = open({ maxHeapMb: 64 })
    const records = textInput('huge.jsonl', '{"a":"b"}\n'.repeat(1_500_000))
    const huge = pool.parse(records)
    const next = pool.parse(small('next.md'))
    await expect(huge).rejects.toMatchObject({
      code: 'document_too_large',
      message: expect.stringContaining('64 MB'),
    })
    expect((await next).document.title).toBe('next.md')
  })

  it('drops a waiting or running document when its signal aborts', async () => {
    const pool = open()
    const controller = new AbortController()
    const running = pool.parse(slow(), { signal: controller.signal })
    const waiting = pool.parse(small('waiting.md'), { signal: controller.signal })
    const other = pool.parse(small('other.md'))
    controller.abort(new Error('not needed'))
    await expect(running).rejects.toThrow('not needed')
    await expect(waiting).rejects.toThrow('not needed')
    expect((await other).document.title).toBe('other.md')
  })

  it('moves bytes that fill their buffer and leaves a view alone', async () => {
    const pool = open()
    const whole = small('whole.md')
    const shared = new TextEncoder().encode('xx# View\n\nText.')
    const view = { name: 'view.md', bytes: shared.subarray(2) }
    await pool.parse(whole)
    expect(whole.bytes).toHaveLength(0)
    expect((await pool.parse(view)).document.text).toBe('# View\n\nText.')
    expect(shared).toHaveLength(15)
  })

  it('rejects what waits when it is closed', async () => {
    const pool = open()
    const pending = pool.parse(slow())
    const rejected = expect(pending).rejects.toThrow(/closed/)
    await pool.close()
    await rejected
    await expect(pool.parse(small('late.md'))).rejects.toThrow(/closed/)
  })

  it('does not keep an idle process alive', () => {
    const module = new URL('./pool.ts', import.meta.url).href
    const script = `import { createParsePool } from '${module}'
      const bytes = new TextEncoder().encode('# Idle')
      console.log((await createParsePool().parse({ name: 'a.md', bytes })).document.title)`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 20_000,
    })
    expect(output.toString().trim()).toBe('Idle')
  })
})
