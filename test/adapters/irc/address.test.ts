import { expect, test } from 'vitest'
import { addressed } from '../../../adapters/irc/address.ts'

test.each([
  ['!duffy get metal', 'get metal'],
  ['!DUFFY Get Metal', 'Get Metal'],
  ['!duffy', ''],
  ['bot[1]: list', 'list'],
  ['BOT[1], list', 'list'],
  ['bot[1]:list', 'list'],
])('in a channel %j says %j', (text, said) => expect(addressed(text, { nick: 'bot[1]', isPrivate: false })).toBe(said))

test.each(['get metal', '!duffyx get', 'x !duffy get', 'bot[1] list', 'bot[1]_: list', '', '!'])(
  'in a channel %j is not for us',
  (text) => expect(addressed(text, { nick: 'bot[1]', isPrivate: false })).toBeNull(),
)

test.each([
  ['get metal', 'get metal'],
  ['!duffy get metal', 'get metal'],
  ['bot[1]: get metal', 'get metal'],
])('in private %j says %j', (text, said) => expect(addressed(text, { nick: 'bot[1]', isPrivate: true })).toBe(said))

test('an empty private line says nothing', () => expect(addressed('', { nick: 'duffy', isPrivate: true })).toBeNull())
