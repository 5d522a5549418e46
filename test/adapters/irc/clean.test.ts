import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteLength, cut, incoming, isNick, isRoom, outgoing } from '../../../adapters/irc/clean.ts'

test('outgoing text loses line breaks, controls, formatting and reordering marks', () => {
  expect(outgoing('a\r\nQUIT\0 \u001b[31mred\u2028x\u2029y\u202Etxt.exe\uFEFF')).toBe('a QUIT [31mred x ytxt.exe')
  expect(outgoing('\u0002bold\u0002 \u000304,12colour\u0003 \u0004ff0000hex')).toBe('bold colour hex')
  expect(outgoing('half \uD83D pair')).toBe('half \uFFFD pair')
  expect(outgoing(' \r\n ')).toBe('')
})

test('outgoing text keeps joined emoji and other scripts', () => {
  for (const text of ['👨‍👩‍👧‍👦 größer', 'ไทย 日本語', 'a:b :c']) expect(outgoing(text)).toBe(text)
})

test('no outgoing text can break out of its line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(outgoing(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\uD800-\uDFFF]/u)
    }),
  )
})

test('incoming text is folded to what was meant', () => {
  expect(incoming('！ｄｕｆｆｙ　ｇｅｔ')).toBe('!duffy get')
  expect(incoming('because “it’s broken”')).toBe('because "it\'s broken"')
  expect(incoming('\u000304get\u000F\t metal\u200B')).toBe('get metal')
  expect(incoming('\u00031,2 3 machines')).toBe('3 machines')
  expect(incoming('broken \uFFFD\uD800 bytes')).toBe('broken \uFFFD\uFFFD bytes')
})

test('a cut text fits, loses nothing but spaces, and splits no code point', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 60 }), (raw, limit) => {
      const text = outgoing(raw)
      const pieces = cut(text, limit)
      for (const piece of pieces) {
        expect(byteLength(piece)).toBeLessThanOrEqual(limit)
        expect(piece.isWellFormed()).toBe(true)
      }
      expect(pieces.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    }),
  )
})

test('a text is cut between words, and within one only if it fits in no line', () => {
  expect(cut('one two three', 8)).toEqual(['one two', 'three'])
  expect(cut('ab 1234567890', 8)).toEqual(['ab 12345', '67890'])
  expect(cut('ééé', 4)).toEqual(['éé', 'é'])
  expect(cut('🇩🇪🇫🇷', 12)).toEqual(['🇩🇪', '🇫🇷'])
})

test.each(['alice', '[x]`^', 'müller', 'a'.repeat(64)])('%j may be spoken to', (nick) =>
  expect(isNick(nick)).toBe(true),
)

test.each(['', 'a b', 'a,b', 'a\r\nQUIT', ':a', '#a', '$*', '*', 'a!b', 'a@b', '@a', 'a'.repeat(65), 'a\0'])(
  '%j is no nick',
  (nick) => expect(isNick(nick)).toBe(false),
)

test.each(['#duffy', '@#duffy', '+#duffy', '&local', '##two'])('%j is a room', (room) =>
  expect(isRoom(room)).toBe(true),
)

test.each(['', 'duffy', '#a b', '#a,#b', '#a\r\nQUIT', '@duffy', '@@@#a', '#a\u0007', ':#a'])('%j is no room', (room) =>
  expect(isRoom(room)).toBe(false),
)
