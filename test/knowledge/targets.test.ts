import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '../helpers/workspace.ts'

let test: TestWorkspace
beforeAll(async () => {
  test = await openTestWorkspace()
})
afterAll(() => test.close())

describe('what a target names', () => {
  it('is the text of that name, once', async () => {
    const { knowledge } = test.workspace
    await knowledge.add({ name: 'note.md', text: 'The kettle is blue.' })
    expect((await knowledge.remove('note.md')).removed).toBe(1)
    expect((await knowledge.remove('note.md')).removed).toBe(0)
  })

  it('includes removed documents when rights are changed, so that their past can be closed', async () => {
    const { knowledge } = test.workspace
    await knowledge.add({ name: 'past.md', text: 'The lantern is red.' })
    const [document] = (await knowledge.documents()).filter(({ uri }) => uri === 'past.md')
    await knowledge.remove('past.md')
    const reader = { groups: ['everyone'] }
    expect((await knowledge.versions([document!.versionId], reader)).size).toBe(1)
    expect(await knowledge.restrict('past.md', ['hr'])).toBe(1)
    expect((await knowledge.versions([document!.versionId], reader)).size).toBe(0)
  })
})
