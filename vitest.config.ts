import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './test/order.ts'

/** Files that keep nothing between two tests, so that they need no process each: what they import is read once. That saves a minute. */
const SHARING = ['test/core/**/*.test.ts', 'test/adapters/http/**/*.test.ts']

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 180_000,
    setupFiles: ['test/seeded.ts'],
    // More than there are processors: tests of servers and networks wait most of their time.
    maxWorkers: 3,
    sequence: { sequencer: SlowestFirst },
    projects: [
      { extends: true, test: { name: 'sharing', include: SHARING, isolate: false } },
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...SHARING, 'test/long/**'] },
      },
    ],
  },
})
