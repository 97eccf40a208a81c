/** @file Packing: several short examples in one row, in nearly the order they come in. */

/**
 * Rows filled no longer open than this are candidates for the next example; the order of a shuffled
 * epoch is then changed within some dozens of rows only.
 */
const openRows = 32

/**
 * Puts items into rows of `length`: each goes where it leaves the least room (best fit) among the rows
 * still open, or opens a new one. No item may be longer than a row.
 */
export function packRows(
  items: readonly number[],
  sizeOf: (item: number) => number,
  length: number,
): number[][] {
  const rows: number[][] = []
  const open: { items: number[]; room: number }[] = []
  for (const item of items) {
    const size = sizeOf(item)
    const fitting = open.filter(({ room }) => room >= size)
    const best = fitting.reduce<(typeof open)[number] | undefined>(
      (least, row) => (least && least.room <= row.room ? least : row),
      undefined,
    )
    if (best) {
      best.items.push(item)
      best.room -= size
      continue
    }
    const row = { items: [item], room: length - size }
    rows.push(row.items)
    open.push(row)
    if (open.length > openRows) open.shift()
  }
  return rows
}
