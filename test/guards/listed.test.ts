import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { GUARDS } from './guards.ts'

const root = resolve(import.meta.dirname, '../..')

/** `npm run test:guards` takes each of them out and looks whether a test fails; that takes minutes. */
test.each(GUARDS)('$rule stands in the code where the table of guards says', ({ file, text, without, tests }) => {
  expect(readFileSync(join(root, file), 'utf8').split(text)).toHaveLength(2)
  expect(without).not.toBe(text)
  expect(tests.filter((name) => !existsSync(join(root, name)))).toEqual([])
})

test('no two guards are the same rule', () => {
  expect(new Set(GUARDS.map(({ rule }) => rule)).size).toBe(GUARDS.length)
})
