/** @file Compiled graphs by batch shape, the last few of them kept. */
import type { BatchShape } from '../models/index.ts'

export type GraphCache<Graph> = {
  get(shape: BatchShape): Promise<Graph>
  close(): Promise<void>
}

/** Each open graph keeps its memory: two cover what a packed run needs. */
const openGraphs = 2

export function createGraphCache<Graph extends { close(): Promise<void> }>(
  compile: (shape: BatchShape) => Promise<Graph>,
): GraphCache<Graph> {
  const graphs = new Map<string, Graph>()

  async function dropOldest(): Promise<void> {
    const [oldest] = graphs
    if (!oldest) return
    graphs.delete(oldest[0])
    await oldest[1].close()
  }

  return {
    async get(shape) {
      const key = `${shape.rows} ${shape.length} ${shape.positions}`
      const known = graphs.get(key)
      if (!known && graphs.size >= openGraphs) await dropOldest()
      const graph = known ?? (await compile(shape))
      // Again, so that it counts as the newest.
      graphs.delete(key)
      graphs.set(key, graph)
      return graph
    },
    async close() {
      while (graphs.size > 0) await dropOldest()
    },
  }
}
