/** @file Where things stand in a row. */

/** JSON paths of a message and of its text in the row as it is written. */
export type Place = { readonly message: string; readonly content: string }

export function placeOf(message: string, field = 'content'): Place {
  return { message, content: `${message}.${field}` }
}
