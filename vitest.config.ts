import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Each file that opens a workspace boots its own Postgres (~350 MB): two at a time fit a 2-core machine.
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**'] },
  },
})
