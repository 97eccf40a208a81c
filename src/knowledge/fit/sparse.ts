/**
 * @file Sparse rows times dense matrices, and an orthonormal basis: what a truncated SVD is made of. The inner
 * loops take four rows at a time, which halves their memory traffic and their time.
 */

/** Row `i` has `values[j]` in column `columns[j]` for `j` in [offsets[i], offsets[i + 1]). */
export type SparseRows = {
  readonly offsets: Uint32Array
  readonly columns: Uint32Array
  readonly values: Float32Array
}

/** Row-major [rows, rank]. */
export type Basis = { readonly rows: number; readonly rank: number; readonly values: Float32Array }

/** `transpose(a) * a * x`, row by row of `a`, so that `a * x` is never held as a whole. */
export function applyGram(a: SparseRows, x: Basis): Basis {
  const { rows, rank } = x
  const result = new Float32Array(x.values.length)
  const product = new Float32Array(rank)
  for (let row = 0; row + 1 < a.offsets.length; row++) {
    const [first, end] = [a.offsets[row]!, a.offsets[row + 1]!]
    gather(a, x, first, end, product)
    for (let j = first; j < end; j++) {
      const value = a.values[j]!
      const at = a.columns[j]! * rank
      for (let k = 0; k < rank; k++) result[at + k]! += value * product[k]!
    }
  }
  return { rows, rank, values: result }
}

/** Sum of the rows of `x` that entries [first, end) name, by their weights. */
function gather(
  { columns, values }: SparseRows,
  { rank, values: x }: Basis,
  first: number,
  end: number,
  sum: Float32Array,
): void {
  sum.fill(0)
  let j = first
  for (; j + 4 <= end; j += 4) {
    const [p, q, r, s] = [values[j]!, values[j + 1]!, values[j + 2]!, values[j + 3]!]
    const a = columns[j]! * rank
    const b = columns[j + 1]! * rank
    const c = columns[j + 2]! * rank
    const d = columns[j + 3]! * rank
    for (let k = 0; k < rank; k++)
      sum[k]! += p * x[a + k]! + q * x[b + k]! + r * x[c + k]! + s * x[d + k]!
  }
  for (; j < end; j++) {
    const value = values[j]!
    const at = columns[j]! * rank
    for (let k = 0; k < rank; k++) sum[k]! += value * x[at + k]!
  }
}

/** Makes the columns of `x` orthonormal in place, by the Cholesky factor of their products. */
export function orthonormalise(x: Basis): Basis {
  const { rows, rank, values } = x
  const inverse = inverseOfUpper(cholesky(productsOf(x), rank), rank)
  const row = new Float32Array(rank)
  for (let at = 0; at < rows * rank; at += rank) {
    row.set(values.subarray(at, at + rank))
    values.fill(0, at, at + rank)
    // The rows of an upper triangle start at their diagonal; the three entries before it are zeros.
    for (let i = 0; i < rank; i += 4) {
      const [p, q, r, s] = [row[i]!, row[i + 1] ?? 0, row[i + 2] ?? 0, row[i + 3] ?? 0]
      const a = i * rank
      const [b, c, d] = [a + rank, a + 2 * rank, a + 3 * rank]
      for (let k = i; k < rank; k++)
        values[at + k]! +=
          p * inverse[a + k]! + q * inverse[b + k]! + r * inverse[c + k]! + s * inverse[d + k]!
    }
  }
  return x
}

/** Upper half of `transpose(x) * x`; some entries below the diagonal are filled as well. */
function productsOf({ rows, rank, values }: Basis): Float64Array {
  const products = new Float64Array(rank * rank)
  const padded = new Float32Array(4 * rank)
  for (let row = 0; row < rows; row += 4) {
    const four = values.subarray(row * rank, (row + 4) * rank)
    padded.fill(0)
    padded.set(four)
    for (let i = 0; i < rank; i++) {
      const p = padded[i]!
      const q = padded[rank + i]!
      const r = padded[2 * rank + i]!
      const s = padded[3 * rank + i]!
      const to = i * rank
      for (let j = i; j < rank; j++)
        products[to + j]! +=
          p * padded[j]! +
          q * padded[rank + j]! +
          r * padded[2 * rank + j]! +
          s * padded[3 * rank + j]!
    }
  }
  return products
}

/** Columns that depend on earlier ones are below this share of the largest: they become zero. */
const DEPENDENT = 1e-10

/** The upper factor, in place; a dependent column gets a zero row. */
function cholesky(products: Float64Array, rank: number): Float64Array {
  let largest = 0
  for (let i = 0; i < rank; i++) largest = Math.max(largest, products[i * rank + i]!)
  for (let i = 0; i < rank; i++) {
    const square = products[i * rank + i]!
    const pivot = square > largest * DEPENDENT ? Math.sqrt(square) : 0
    for (let j = i; j < rank; j++)
      products[i * rank + j] = pivot === 0 ? 0 : products[i * rank + j]! / pivot
    for (let row = i + 1; pivot !== 0 && row < rank; row++) {
      const factor = products[i * rank + row]!
      for (let j = row; j < rank; j++) products[row * rank + j]! -= factor * products[i * rank + j]!
    }
  }
  return products
}

/** By back substitution, with zero columns for zero pivots; padded with three rows of zeros. */
function inverseOfUpper(upper: Float64Array, rank: number): Float64Array {
  const inverse = new Float64Array((rank + 3) * rank)
  for (let column = 0; column < rank; column++) {
    if (upper[column * rank + column] === 0) continue
    inverse[column * rank + column] = 1 / upper[column * rank + column]!
    for (let i = column - 1; i >= 0; i--) {
      const pivot = upper[i * rank + i]!
      if (pivot === 0) continue
      let sum = 0
      for (let k = i + 1; k <= column; k++)
        sum += upper[i * rank + k]! * inverse[k * rank + column]!
      inverse[i * rank + column] = -sum / pivot
    }
  }
  return inverse
}
