import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './test/order.ts'

const PURE = 'test/core/**/*.test.ts'

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // More than there are processors: tests of servers and networks wait most of their time.
    maxWorkers: 3,
    sequence: { sequencer: SlowestFirst },
    projects: [
      // Core keeps nothing between two tests, so that its files need no process each: that saves half a minute.
      { extends: true, test: { name: 'core', include: [PURE], isolate: false } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: [PURE, 'test/long/**'] } },
    ],
  },
})
