/** @file Who answers with the long prompt: any model that writes text to a prompt. */

export type TeacherUsage = { readonly inputTokens: number; readonly outputTokens: number }

export type TeacherRequest = {
  readonly system: string
  readonly prompt: string
  readonly maxOutputTokens: number
  readonly signal?: AbortSignal | undefined
}

export type Teacher = {
  /** Kept with every reply. */
  readonly model: string
  /** The reply in pieces, then what it used. */
  write(request: TeacherRequest): AsyncIterable<string | TeacherUsage>
}
