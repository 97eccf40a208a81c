/** @file A watched folder: every change of a file shows in the next search, and nothing removed is found. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentInfo, IngestReport, Knowledge } from '../../src/knowledge/index.ts'
import { openTestWorkspace, type TestWorkspace, temporaryFolder } from '../helpers/workspace.ts'

const folder = temporaryFolder()
const file = (uri: string): string => path.join(folder, uri)
const reports: IngestReport[] = []
let test: TestWorkspace
let knowledge: Knowledge
let watcher: { close(): Promise<void> }

beforeAll(async () => {
  write('.gitignore', 'private/\n*.scratch.md\n')
  write('.graftignore', 'drafts/\n')
  write('team/.gitignore', 'secret-*.md\n')
  write('private/keys.md', '# Keys\n\nThe ignoredone vault opens at noon.\n')
  write('drafts/plan.md', '# Plan\n\nThe ignoredone plan is not ready.\n')
  write('team/secret-list.md', '# List\n\nThe ignoredone list stays here.\n')
  write('team/open-list.md', '# List\n\nThe visibleone list is for all.\n')
  test = await openTestWorkspace()
  knowledge = test.workspace.knowledge
  watcher = await knowledge.watch(folder, { onReport: (report) => reports.push(report) })
})

afterAll(async () => {
  await watcher.close()
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a watched folder', () => {
  it('shows a new file', async () => {
    write('created.md', page('The aardvark form is due in May.'))
    await appears('aardvark form', 'The aardvark form is due in May.')
    expect(await evidenceFor('When is the aardvark form due?')).toContain(
      'The aardvark form is due in May.',
    )
  })

  it('shows an edit, keeps the document and forgets the old text except as of then', async () => {
    write('edited.md', page('The badger limit is 14 days.'))
    await appears('badger limit', 'The badger limit is 14 days.')
    const before = await documentAt('edited.md')
    write('edited.md', page('The badger limit is 30 days.'))
    await appears('badger limit', 'The badger limit is 30 days.')

    expect(await textFor('badger limit 14 days')).not.toContain('14 days')
    expect(await evidenceFor('Is the badger limit 14 days?')).not.toContain('14 days')
    expect(await textFor('badger limit', { asOf: before.validFrom })).toContain('14 days')
    const after = await documentAt('edited.md')
    expect(after.documentId).toBe(before.documentId)
    expect(after.versionId).not.toBe(before.versionId)
    const [old] = (await knowledge.versions([before.versionId])).values()
    expect(old).toMatchObject({ validFrom: before.validFrom, validTo: after.validFrom })
    expect(old?.text).toContain('14 days')
  })

  it('shows every step of a file that is saved many times in a row', async () => {
    for (let step = 1; step <= 20; step++) write('saved.md', page(`The caracal count is ${step}.`))
    await appears('caracal count', 'The caracal count is 20.')
    expect(await textFor('caracal count')).not.toMatch(/count is (?!20)\d/)
  })

  it('follows editors that write beside the file and rename over it', async () => {
    write('atomic.md', page('The dingo rate is 0 euros.'))
    await appears('dingo rate', 'The dingo rate is 0 euros.')
    const { documentId } = await documentAt('atomic.md')
    for (let step = 1; step <= 5; step++) {
      write('atomic.md.tmp', page(`The dingo rate is ${step} euros.`))
      renameSync(file('atomic.md.tmp'), file('atomic.md'))
      await appears('dingo rate', `The dingo rate is ${step} euros.`)
    }
    expect((await documentAt('atomic.md')).documentId).toBe(documentId)
    await quiet()
    expect(await urisFor('dingo rate')).toEqual(['atomic.md'])
  })

  it('follows editors that move the old file aside before they write', async () => {
    write('aside.md', page('The egret door is red.'))
    await appears('egret door', 'The egret door is red.')
    const { documentId } = await documentAt('aside.md')
    renameSync(file('aside.md'), file('aside.md~'))
    write('aside.md', page('The egret door is blue.'))
    rmSync(file('aside.md~'))
    await appears('egret door', 'The egret door is blue.')
    await quiet()
    expect((await documentAt('aside.md')).documentId).toBe(documentId)
    expect(await urisFor('egret door')).toEqual(['aside.md'])
  })

  it('keeps a renamed file the same document, with its citations', async () => {
    write('before.md', page('The falcon key hangs left.'))
    await appears('falcon key', 'The falcon key hangs left.')
    const before = await documentAt('before.md')
    renameSync(file('before.md'), file('after.md'))
    await expect.poll(() => urisFor('falcon key'), polling).toEqual(['after.md'])
    await quiet()

    const after = await documentAt('after.md')
    expect([after.documentId, after.versionId]).toEqual([before.documentId, before.versionId])
    expect(await urisFor('falcon key')).toEqual(['after.md'])
    const version = (await knowledge.versions([before.versionId])).get(before.versionId)
    expect(version).toMatchObject({ uri: 'after.md', validTo: null })
    expect(version?.text).toContain('The falcon key hangs left.')
  })

  it('keeps a file that moves into a new subfolder, and back, the same document', async () => {
    write('moving.md', page('The gecko lamp burns at night.'))
    await appears('gecko lamp', 'The gecko lamp burns at night.')
    const { documentId } = await documentAt('moving.md')
    mkdirSync(file('sub/deeper'), { recursive: true })
    renameSync(file('moving.md'), file('sub/deeper/moving.md'))
    await expect.poll(() => urisFor('gecko lamp'), polling).toEqual(['sub/deeper/moving.md'])
    renameSync(file('sub/deeper/moving.md'), file('moving.md'))
    await expect.poll(() => urisFor('gecko lamp'), polling).toEqual(['moving.md'])
    await quiet()
    expect((await documentAt('moving.md')).documentId).toBe(documentId)
  })

  it('follows a renamed folder', async () => {
    write('old/one.md', page('The heron opens at one.'))
    write('old/two.md', page('The heron closes at two.'))
    await expect.poll(() => urisFor('heron'), polling).toEqual(['old/one.md', 'old/two.md'])
    const ids = [await documentAt('old/one.md'), await documentAt('old/two.md')]
    renameSync(file('old'), file('new'))
    await expect.poll(() => urisFor('heron'), polling).toEqual(['new/one.md', 'new/two.md'])
    await quiet()
    const moved = [await documentAt('new/one.md'), await documentAt('new/two.md')]
    expect(moved.map((d) => d.documentId)).toEqual(ids.map((d) => d.documentId))
  })

  it('forgets a deleted file, except as of then, and takes it back when it returns', async () => {
    write('gone.md', page('The ibis alarm rings twice.'))
    await appears('ibis alarm', 'The ibis alarm rings twice.')
    const before = await documentAt('gone.md')
    rmSync(file('gone.md'))
    await expect.poll(() => urisFor('ibis alarm'), polling).toEqual([])
    expect(await evidenceFor('How often does the ibis alarm ring?')).not.toContain('ibis')
    expect(await textFor('ibis alarm', { asOf: before.validFrom })).toContain('rings twice')
    expect((await knowledge.versions([before.versionId])).size).toBe(1)

    write('gone.md', page('The ibis alarm rings twice.'))
    await appears('ibis alarm', 'The ibis alarm rings twice.')
    expect((await documentAt('gone.md')).documentId).toBe(before.documentId)
    expect(await urisFor('ibis alarm')).toEqual(['gone.md'])
  })

  it('keeps two files with the same content apart', async () => {
    const text = page('The jackal rule has two homes.')
    write('twin-a.md', text)
    write('twin-b.md', text)
    await expect.poll(() => urisFor('jackal rule'), polling).toEqual(['twin-a.md', 'twin-b.md'])
    const twins = [await documentAt('twin-a.md'), await documentAt('twin-b.md')]
    expect(twins[0]?.documentId).not.toBe(twins[1]?.documentId)
    rmSync(file('twin-a.md'))
    await expect.poll(() => urisFor('jackal rule'), polling).toEqual(['twin-b.md'])
    expect((await documentAt('twin-b.md')).documentId).toBe(twins[1]?.documentId)
  })

  it('reports a file that has become binary and keeps its last good version', async () => {
    write('broken.md', page('The koala menu lists leaves.'))
    await appears('koala menu', 'The koala menu lists leaves.')
    reports.length = 0
    writeFileSync(file('broken.md'), Buffer.concat([Buffer.alloc(64), randomBytes(4_000)]))
    await expect.poll(() => reports.flatMap(({ failed }) => failed), polling).toHaveLength(1)
    const [failure] = reports.flatMap(({ failed }) => failed)
    expect(failure).toMatchObject({ uri: 'broken.md', code: 'binary_document' })
    expect(failure?.hint).toMatch(/\w/)
    expect(await textFor('koala menu')).toContain('The koala menu lists leaves.')

    write('broken.md', page('The koala menu lists bark.'))
    await appears('koala menu', 'The koala menu lists bark.')
  })

  it('never indexes what .gitignore and .graftignore exclude, at first or later', async () => {
    expect(await urisFor('visibleone list')).toEqual(['team/open-list.md'])
    write('private/more.md', page('The ignoredone vault has a second door.'))
    write('drafts/deep/more.md', page('The ignoredone plan has a sequel.'))
    write('team/secret-more.md', page('The ignoredone list grows.'))
    write('notes.scratch.md', page('The ignoredone note is scratch.'))
    write('.hidden/more.md', page('The ignoredone hidden file.'))
    write('sentinel.md', page('The lemur sentinel came last.'))
    await appears('lemur sentinel', 'The lemur sentinel came last.')
    await quiet()
    expect(await urisFor('ignoredone')).toEqual([])
    expect((await knowledge.documents()).map(({ uri }) => uri)).not.toContain('notes.scratch.md')

    await knowledge.add(folder)
    expect(await urisFor('ignoredone')).toEqual([])
  })

  it('removes documents that an ignore file excludes from now on, when the folder is added again', async () => {
    write('later.md', page('The marmot page is public.'))
    await appears('marmot page', 'The marmot page is public.')
    write('.graftignore', 'drafts/\nlater.md\n')
    const report = await knowledge.add(folder)
    expect(report.removed).toBe(1)
    expect(await urisFor('marmot page')).toEqual([])
  })

  it('stops following when it is closed', async () => {
    await watcher.close()
    write('late.md', page('The narwhal came too late.'))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await urisFor('narwhal')).toEqual([])
  })
})

describe('adding a folder again', () => {
  it('finds edits, renames and deletions made meanwhile, and does nothing the next time', async () => {
    const root = temporaryFolder()
    const at = (uri: string): string => path.join(root, uri)
    for (const uri of ['a.md', 'b.md', 'c.md', 'd.md']) {
      writeFileSync(at(uri), page(`The ocelot file ${uri} stands still.`))
    }
    expect(await knowledge.add(root)).toMatchObject({ added: 4 })
    const before = await documentAt('b.md')
    writeFileSync(at('a.md'), page('The ocelot file a.md has changed.'))
    renameSync(at('b.md'), at('bb.md'))
    rmSync(at('c.md'))
    writeFileSync(at('e.md'), page('The ocelot file e.md is new.'))
    expect(await knowledge.add(root)).toMatchObject({
      added: 1,
      updated: 1,
      renamed: 1,
      removed: 1,
      unchanged: 1,
      failed: [],
    })
    expect(await urisFor('ocelot file')).toEqual(['a.md', 'bb.md', 'd.md', 'e.md'])
    expect((await documentAt('bb.md')).documentId).toBe(before.documentId)
    expect(await textFor('ocelot file a.md')).not.toContain('a.md stands still')
    expect(await knowledge.add(root)).toMatchObject({ added: 0, updated: 0, unchanged: 4 })
    rmSync(root, { recursive: true, force: true })
  })

  it('gives a renamed file the title and the groups that it has now', async () => {
    const root = temporaryFolder()
    writeFileSync(path.join(root, 'draft-plan.md'), 'The quokka has no heading.\n')
    await knowledge.add(root)
    const [before] = await knowledge.search('quokka')
    expect(before?.title).toBe('Draft plan')
    renameSync(path.join(root, 'draft-plan.md'), path.join(root, 'final-plan.md'))
    expect(await knowledge.add(root, { groups: ['board'] })).toMatchObject({
      renamed: 1,
      added: 0,
      removed: 0,
    })
    const [after] = await knowledge.search('quokka')
    expect(after).toMatchObject({ documentId: before?.documentId, title: 'Final plan' })
    expect(await knowledge.versions([before!.versionId])).toHaveProperty('size', 1)
    expect((await documentAt('final-plan.md')).groups).toEqual(['board'])
    renameSync(path.join(root, 'final-plan.md'), path.join(root, 'final-plan.bin.pdf'))
    const { failed, removed } = await knowledge.add(root)
    expect([failed.length, removed]).toEqual([1, 1])
    expect(await knowledge.search('quokka')).toEqual([])
    rmSync(root, { recursive: true, force: true })
  })

  it('leaves the bytes of a text target to the caller', async () => {
    const text = new TextEncoder().encode(page('The panda text is bytes.'))
    expect(await knowledge.add({ name: 'bytes.md', text })).toMatchObject({ added: 1 })
    expect(text.length).toBeGreaterThan(0)
    expect(await knowledge.add({ name: 'bytes.md', text })).toMatchObject({ unchanged: 1 })
  })
})

const polling = { timeout: 8_000, interval: 25 }

function page(sentence: string): string {
  return `# Page\n\n${sentence}\n`
}

function write(uri: string, text: string): void {
  mkdirSync(path.dirname(file(uri)), { recursive: true })
  writeFileSync(file(uri), text)
}

async function appears(query: string, sentence: string): Promise<void> {
  await expect.poll(() => textFor(query), polling).toContain(sentence)
}

/** Waits until late events of the file system would have arrived. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 400))
}

async function textFor(query: string, options: { asOf?: string } = {}): Promise<string> {
  const chunks = await knowledge.search(query, { limit: 50, ...options })
  return chunks.map(({ text }) => text).join('\n')
}

async function urisFor(query: string): Promise<string[]> {
  const chunks = await knowledge.search(query, { limit: 50 })
  const word = query.split(' ')[0]!
  return chunks
    .filter(({ text }) => text.includes(word))
    .map(({ uri }) => uri)
    .sort()
}

async function evidenceFor(question: string): Promise<string> {
  const { sentences } = await knowledge.evidence(question)
  return sentences.map(({ text }) => text).join('\n')
}

async function documentAt(uri: string): Promise<DocumentInfo> {
  const document = (await knowledge.documents()).find((candidate) => candidate.uri === uri)
  if (!document) throw new Error(`no document ${uri}`)
  return document
}
