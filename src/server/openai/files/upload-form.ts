/** @file The form of an upload: one file, written to the store while it arrives, and the fields about it. */
import type { Context } from 'hono'
import { z } from 'zod'
import type { Reader, UploadedFile, Uploads } from '../../../knowledge/index.ts'
import { groupsField } from '../fields.ts'
import { openaiError } from '../shared.ts'
import { readMultipart } from './multipart.ts'

const PURPOSES = ['assistants', 'user_data', 'fine-tune'] as const
const MAX_FIELD_BYTES = 4 * 1024
const HOUR = 3_600

const fieldsSchema = z.object({
  purpose: z.enum(PURPOSES, `is one of ${PURPOSES.join(', ')}`),
  anchor: z.literal('created_at').optional(),
  seconds: z.coerce
    .number()
    .int()
    .min(HOUR)
    .max(30 * 24 * HOUR)
    .optional(),
  groups: groupsField.optional(),
})

/** Field of the form -> ours, as the clients write nested fields. */
const names: Record<string, string> = {
  purpose: 'purpose',
  'expires_after[anchor]': 'anchor',
  'expires_after[seconds]': 'seconds',
}
const paramOf: Record<string, string> = { anchor: 'expires_after', seconds: 'expires_after' }

type Form = { filename: string | undefined; fields: Record<string, string | string[]> }

/** Reads the form and keeps its file. @throws RequestError 400; KnowledgeError upload_too_large */
export async function receiveUpload(
  context: Context,
  files: Uploads['files'],
  { reader, ...limits }: { reader: Reader; maxBytes?: number },
): Promise<UploadedFile> {
  const { body } = context.req.raw
  if (!body) throw faulty('file', 'the request has no body')
  const upload = await files.begin(reader, limits)
  try {
    const contentType = context.req.header('content-type') ?? ''
    const events = readMultipart(body as AsyncIterable<Uint8Array>, contentType)
    const { filename, fields } = await readForm(events, upload.write)
    if (filename === undefined) throw faulty('file', 'the form has no file')
    const { purpose, seconds, groups } = parseFields(fields)
    return await upload.complete({
      filename: plainName(filename),
      purpose,
      groups,
      expiresAfterSeconds: seconds,
    })
  } catch (error) {
    await upload.discard().catch(() => undefined)
    throw error
  }
}

async function readForm(
  events: ReturnType<typeof readMultipart>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<Form> {
  const form: Form = { filename: undefined, fields: {} }
  let part: { name: string; isFile: boolean; text: Buffer[]; bytes: number } | undefined
  const close = (): void => {
    if (part && !part.isFile) addField(form.fields, part.name, Buffer.concat(part.text).toString())
  }
  for await (const event of events) {
    if (event.type === 'part') {
      close()
      const isFile = event.name === 'file'
      if (isFile && form.filename !== undefined) throw faulty('file', 'the form has two files')
      if (isFile) form.filename = event.filename ?? 'file'
      part = { name: event.name, isFile, text: [], bytes: 0 }
    } else if (part?.isFile) await write(event.bytes)
    else if (part) {
      part.bytes += event.bytes.length
      if (part.bytes > MAX_FIELD_BYTES) throw faulty(part.name, 'the field is too long')
      part.text.push(Buffer.from(event.bytes))
    }
  }
  close()
  return form
}

function addField(fields: Form['fields'], name: string, value: string): void {
  if (name === 'groups[]') fields.groups = [fields.groups ?? [], value].flat()
  else fields[names[name] ?? name] = value
}

function parseFields(fields: Form['fields']): z.infer<typeof fieldsSchema> {
  const result = fieldsSchema.safeParse(fields)
  if (!result.success) {
    const [issue] = result.error.issues
    const field = String(issue?.path[0])
    throw faulty(paramOf[field] ?? field, issue?.message ?? 'invalid')
  }
  const { anchor, seconds } = result.data
  if ((anchor === undefined) !== (seconds === undefined))
    throw faulty('expires_after', 'needs both anchor and seconds')
  return result.data
}

/** The last part of a path, without what breaks headers and lines. */
export function plainName(filename: string): string {
  const name = filename.split(/[/\\]/).at(-1)!
  const printable = name
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .trim()
  return [...printable].slice(-MAX_NAME_CHARACTERS).join('') || 'file'
}

/** The end of a name has its extension. */
const MAX_NAME_CHARACTERS = 200

function faulty(param: string, message: string): Error {
  return openaiError(400, {
    message: `${param}: ${message}`,
    param,
    hint: 'Send a form with the fields "file" and "purpose", as the OpenAI clients do.',
  })
}
