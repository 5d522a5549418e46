import { expect, test } from 'vitest'
import { Bounded } from '../../adapters/bounded.ts'

test('a bounded map forgets what was set longest ago, and what is set anew is the last to go', () => {
  const map = new Bounded<string, number>(2).set('a', 1).set('b', 2).set('a', 3).set('c', 4)
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ])
})
