import { generateText } from 'ai'
import { describe, expect, it } from 'vitest'
import { startOpenAiServer } from '../../test/fixtures/openai-server.ts'
import { resolveModel } from './model.ts'

describe('resolveModel', () => {
  it('passes a ready model through', async () => {
    const model = await resolveModel({ baseURL: 'http://127.0.0.1:1/v1', model: 'any' })
    expect(await resolveModel(model)).toBe(model)
  })

  it('talks to an OpenAI-compatible endpoint with its key and headers', async () => {
    const server = await startOpenAiServer([{ text: 'Hello' }])
    const model = await resolveModel({
      baseURL: server.baseURL,
      model: 'local',
      apiKey: 'key-1',
      headers: { 'x-team': 'docs' },
    })
    const { text } = await generateText({ model, prompt: 'Hi' })
    expect(text).toBe('Hello')
    expect(server.requests[0]).toMatchObject({
      body: { model: 'local' },
      headers: { authorization: 'Bearer key-1', 'x-team': 'docs' },
    })
    await server.close()
  })

  it('knows Ollama without a package', async () => {
    expect(await resolveModel('ollama/llama3:8b')).toMatchObject({ modelId: 'llama3:8b' })
  })

  it.each(['anthropic', 'google', 'openai', 'mistral', 'groq'])(
    'says how to install the missing package of %s',
    async (provider) => {
      await expect(resolveModel(`${provider}/some-model`)).rejects.toMatchObject({
        code: 'model_not_found',
        hint: `Install it with: npm install @ai-sdk/${provider}`,
      })
    },
  )

  it.each(['llama3', 'acme/model', '/model', 'openai/', 'constructor/x'])(
    'names the known providers for %j',
    async (name) => {
      await expect(resolveModel(name)).rejects.toMatchObject({
        code: 'model_not_found',
        hint: expect.stringContaining('ollama'),
      })
    },
  )

  it.each(['127.0.0.1:8080', 'ftp://host/v1', ''])('refuses %j as a base URL', async (baseURL) => {
    await expect(resolveModel({ baseURL, model: 'm' })).rejects.toMatchObject({
      code: 'model_not_found',
    })
  })
})
