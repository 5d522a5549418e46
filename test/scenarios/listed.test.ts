import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/scenarios.md'), 'utf8')
const ITEMS = [...PAGE.matchAll(/^(\d+)\. (.*?)(?=^\d+\. |(?![^]))/gms)].map(([, number, text]) => ({
  number: Number(number),
  text: text!,
}))

const named = (text: string): (readonly [file: string, title: string])[] =>
  [...text.matchAll(/^ +- `([^`]+)`: (.+)$/gm)].map(([, file, title]) => [file!, title!])

test('there are twenty-six, each with a test or the reason why it cannot arise', () => {
  expect(ITEMS.map(({ number }) => number)).toEqual(Array.from({ length: 26 }, (_, at) => at + 1))
  const bare = ITEMS.filter(({ text }) => named(text).length === 0 && !text.includes('Cannot arise: '))
  expect(bare.map(({ number }) => number)).toEqual([])
})

test.each(ITEMS.flatMap(({ text }) => named(text)))('%s has: %s', (file, title) => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  // A title that begins with a number from elsewhere is named by the rest of it.
  expect(text.includes(`'${title}'`) || text.includes(` ${title}\``), title).toBe(true)
})
