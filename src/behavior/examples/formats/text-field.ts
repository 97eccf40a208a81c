/** @file A field of a row that holds the text of one message. */
import type { Fields } from '../fields.ts'
import { kindOf, shown } from '../finding.ts'
import type { Fault, PlacedMessage } from './format.ts'

/** The message, or none where the field is missing or no text, which is reported unless it is optional. */
export function textField(
  { fields, fault }: { fields: Fields; fault: Fault },
  field: string,
  { role, isOptional = false }: { role: string; isOptional?: boolean },
): PlacedMessage[] {
  const value = fields.get(field)
  const path = fields.path(field)
  if (typeof value === 'string') {
    const isAbsent = isOptional && value.trim() === ''
    return isAbsent
      ? []
      : [{ message: { role, content: value }, place: { message: path, content: path } }]
  }
  if (value !== undefined && value !== null)
    fault('wrong_type', { path, message: `is ${kindOf(value)}, not text: ${shown(value)}` })
  else if (!isOptional)
    fault('missing_field', {
      path,
      message: `the row has no ${path.replace(/^\$(\[\d+\])?\.?/, '')}`,
    })
  return []
}
