import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { SLOWEST, slowestFirst, unexpected } from './order.ts'

const root = resolve(import.meta.dirname, '..')

test('every file that is said to be slow is there', () => {
  expect(SLOWEST.filter((name) => !existsSync(join(root, name)))).toEqual([])
  expect(new Set(SLOWEST).size).toBe(SLOWEST.length)
})

test('the slowest go first, the others stay in their order', () => {
  const files = ['b', SLOWEST[1]!, 'a', SLOWEST[0]!].map((name) => ({ moduleId: join(root, name) }))
  expect(slowestFirst(files)).toEqual([files[3], files[1], files[0], files[2]])
})

test('a file that took more than a tenth of the time and is not said to be slow is named', () => {
  const took = (name: string, startTime: number, endTime: number) => ({ name: join(root, name), startTime, endTime })
  const run = [took(SLOWEST[0]!, 0, 900_000), took('late', 890_000, 1_000_000), took('quick', 0, 90_000)]
  expect(unexpected(run)).toEqual([`${join(root, 'late')} took 110 s`])
})
