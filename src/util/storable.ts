/** @file Texts that Postgres can store. */

/**
 * Postgres stores neither NUL nor lone surrogates. Both become U+FFFD, one code unit for one, so that all
 * offsets stay.
 */
export function storable(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text).toWellFormed()
}
