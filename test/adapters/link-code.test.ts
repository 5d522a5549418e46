import { expect, test } from 'vitest'
import { linkPageAt } from '../../adapters/link-code.ts'

test.each([
  ['https://duffy.test', 'https://duffy.test/link'],
  ['https://site.test/duffy/', 'https://site.test/duffy/link'],
  ['http://duffy.test', null],
  [null, null],
])('people reached at %s say their codes at %s', (publicUrl, page) => {
  expect(linkPageAt(publicUrl)).toBe(page)
})
