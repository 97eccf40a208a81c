/** @file The fields of a row under the names that formats use, whatever the columns are called. */

/** Field of a format -> column of the file, such as `{ prompt: 'question', completion: 'reply' }`. */
export type Columns = Readonly<Record<string, string>>

export type JsonObject = Readonly<Record<string, unknown>>

export type Fields = {
  has(field: string): boolean
  get(field: string): unknown
  /** JSON path of the field, by the name it has in the file. */
  path(field: string): string
  /** What is left of the row without these fields. */
  without(fields: readonly string[]): Record<string, unknown>
}

export function createFields(row: JsonObject, columns: Columns, root = '$'): Fields {
  const column = (field: string): string =>
    Object.hasOwn(columns, field) ? columns[field]! : field
  return {
    has: (field) => Object.hasOwn(row, column(field)),
    get: (field) => (Object.hasOwn(row, column(field)) ? row[column(field)] : undefined),
    path: (field) => childPath(root, column(field)),
    without: (fields) => {
      const dropped = new Set(fields.map(column))
      return Object.fromEntries(Object.entries(row).filter(([key]) => !dropped.has(key)))
    },
  }
}

/** `$.name`, `$[3]`, or `$["odd name"]`. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return /^[A-Za-z_][\w-]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
