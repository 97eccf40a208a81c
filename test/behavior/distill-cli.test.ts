import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type OpenAiServer,
  type RecordedRequest,
  startOpenAiServer,
} from '../fixtures/openai-server.ts'
import { type CliResult, finished, runCli, spawnCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/workspace.ts'

let cwd: string
let server: OpenAiServer | undefined
beforeEach(() => {
  cwd = temporaryFolder()
  write('prompt.md', 'Answer in rhyme, always.\n')
  write('questions.txt', 'one\ntwo\nthree\nfour\nfive\nsix\n')
})
afterEach(async () => {
  await server?.close()
  rmSync(cwd, { recursive: true, force: true })
})

function write(name: string, text: string): void {
  writeFileSync(path.join(cwd, name), text)
}

async function serve(reply: Parameters<typeof startOpenAiServer>[0]): Promise<OpenAiServer> {
  server = await startOpenAiServer(reply)
  const model = { baseURL: server.baseURL, model: 'teacher' }
  write('graft.config.mjs', `export default ${JSON.stringify({ model })}`)
  return server
}

const asked = ({ body }: RecordedRequest): string => body.messages.at(-1)!.content
const distil = ['distill', '--prompt', 'prompt.md', '--questions', 'questions.txt']
const cli = (...args: string[]): Promise<CliResult> =>
  runCli(args, { workspace: path.join(cwd, '.graft'), cwd })
const examples = (): { messages: { role: string; content: string }[] }[] =>
  readFileSync(path.join(cwd, 'distilled.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { messages: { role: string; content: string }[] })

describe('graft distill', { timeout: 120_000 }, () => {
  it('shows the cost, asks the configured model with the prompt, and writes examples without it', async () => {
    const { requests } = await serve((request) => ({
      text: `Rhyme of ${asked(request)}.`,
      usage: { prompt_tokens: 20, completion_tokens: 4 },
    }))
    const prices = ['--input-price', '3', '--output-price', '15']
    const estimate = await cli(...distil, ...prices, '--estimate')
    expect(estimate).toMatchObject({ code: 0, stdout: '' })
    expect(estimate.stderr).toMatch(
      /^6 requests to teacher: about \d+ tokens .* at most 0\.05 in all/,
    )
    expect(requests).toHaveLength(0)
    const { code, stdout } = await cli(...distil)
    expect(code).toBe(0)
    expect(stdout).toContain('distilled.jsonl: 6 examples of teacher')
    expect(stdout).toContain('used: 120 tokens read, 24 written')
    expect(stdout).toContain('graft tune distilled.jsonl --instructions prompt.md')
    expect(requests.map(({ body }) => body.messages[0])).toEqual(
      Array.from({ length: 6 }, () => ({ role: 'system', content: 'Answer in rhyme, always.' })),
    )
    expect(examples()[2]!.messages).toEqual([
      { role: 'user', content: 'three' },
      { role: 'assistant', content: 'Rhyme of three.' },
    ])
    // No workspace is opened: a server may be running on it.
    expect(existsSync(path.join(cwd, '.graft'))).toBe(false)
  })

  it('ends with Ctrl-C at any time and goes on where it was', async () => {
    const { requests } = await serve((request) => ({
      text: asked(request),
      ...(asked(request) === 'four' && { hangAfter: 0 }),
    }))
    const child = spawnCli([...distil, '--concurrency', '1'], { workspace: '.graft', cwd })
    const ended = finished(child)
    while (!requests.some((request) => asked(request) === 'four'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130 })
    await server!.close()
    const next = await serve((request) => ({ text: asked(request) }))
    const { code, stdout } = await cli(...distil, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ rows: 6, kept: 3 })
    expect(next.requests.map(asked).sort()).toEqual(['five', 'four', 'six'])
    expect(examples().map(({ messages }) => messages[1]!.content)).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
      'six',
    ])
  })

  it('waits when the server says that it was too fast', async () => {
    let refusals = 0
    await serve((request) =>
      asked(request) === 'two' && refusals++ === 0
        ? { status: 429, error: { message: 'slow down' } }
        : { text: asked(request) },
    )
    expect(await cli(...distil)).toMatchObject({ code: 0 })
    expect(refusals).toBe(2)
    expect(examples()).toHaveLength(6)
  })

  it('names what is missing or wrong', async () => {
    const noTeacher = await cli(...distil)
    expect(noTeacher).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no teacher is named'),
    })
    const both = await cli(...distil, '--pairs', 'questions.txt')
    expect(both.stderr).toContain('give either --questions or --pairs')
    await serve([{ status: 401, error: { message: 'who are you' } }])
    const refused = await cli(...distil, '--json')
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'model_unauthorized' } })
    expect(refused.code).toBe(1)
  })

  it('takes given pairs without asking anybody', async () => {
    const messages = [
      { role: 'system', content: 'Answer in rhyme, always.' },
      { role: 'user', content: 'cat' },
      { role: 'assistant', content: 'hat' },
    ]
    write('pairs.jsonl', `${JSON.stringify({ messages })}\n`)
    const { code, stdout } = await cli('distill', '-p', 'prompt.md', '--pairs', 'pairs.jsonl')
    expect(code).toBe(0)
    expect(stdout).toContain('1 example of pairs.jsonl')
    expect(examples()[0]!.messages).toEqual(messages.slice(1))
  })
})
