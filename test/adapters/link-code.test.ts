import { expect, test } from 'vitest'
import { linkPageAt, typedCode } from '../../adapters/link-code.ts'

test.each([
  ['https://duffy.test', 'https://duffy.test/link'],
  ['https://site.test/duffy/', 'https://site.test/duffy/link'],
  ['http://duffy.test', null],
  [null, null],
])('people reached at %s say their codes at %s', (publicUrl, page) => {
  expect(linkPageAt(publicUrl)).toBe(page)
})

test.each([
  ['link k7m2-9qpd-3txa yes', 'K7M29QPD3TXA'],
  ['K7M2 9QPD 3TXA', 'K7M29QPD3TXA'],
  ['link', null],
])('in "%s" the code is %s', (line, code) => {
  expect(typedCode(line)).toBe(code)
})
