import { expect, test } from 'vitest'
import { lay, speak } from '../../../adapters/irc/lines.ts'
import { type Line, rank } from '../../../adapters/irc/outbox.ts'
import type { Session } from '../../../adapters/irc/session.ts'

/** The sliver of a session that speaking uses; the network says what `supports` says. */
function session(supports: Record<string, unknown> = {}) {
  const queued: Line[] = []
  const client = { user: { nick: 'duffy' }, network: { supports: (name: string) => supports[name] } }
  const out = { put: (line: Line) => Promise.resolve(queued.push(line) && 'sent') }
  return { session: { client, out } as unknown as Session, queued }
}

test.each(['alice\r\nQUIT', 'alice,bob', '$*', '', '#duffy\r\nQUIT', '#a,#b', ':x'])(
  'nothing is queued for the target %j',
  async (target) => {
    const { session: to, queued } = session()
    expect(await speak(to, { verb: 'PRIVMSG', target, text: 'x', rank: rank.answer })).toBe('dropped')
    expect(queued).toEqual([])
  },
)

test('the first line of a room names the person, private lines do not', () => {
  const to = { account: 'alice', nick: 'alice', room: '#duffy' }
  const laid = lay(session().session, to, [
    { to: 'room', text: 'one' },
    { to: 'person', text: 'secret' },
    { to: 'room', text: 'two' },
  ])
  expect(laid).toMatchObject({ open: ['alice: one', 'two'], secret: ['secret'] })
})

test('what goes to a room stays private when the command was given in private', () => {
  const to = { account: 'alice', nick: 'alice', room: null }
  expect(lay(session().session, to, [{ to: 'room', text: 'one' }])).toMatchObject({ open: [], secret: ['one'] })
})

test.each([{}, { NICKLEN: '30', USERLEN: '10', HOSTLEN: '64' }, { NICKLEN: '99999', HOSTLEN: 'x', USERLEN: true }])(
  'whatever the network says of its lengths (%j), a line fits into 512 bytes and holds some text',
  (supports) => {
    const to = { account: 'alice', nick: 'alice', room: `#${'r'.repeat(60)}` }
    const { open } = lay(session(supports).session, to, [{ to: 'room', text: 'ä'.repeat(2_000) }])
    for (const text of open) {
      const line = `:${'n'.repeat(32)}!${'u'.repeat(12)}@${'h'.repeat(64)} PRIVMSG ${to.room} :${text}\r\n`
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(512)
    }
    expect(open.length).toBeLessThan(40)
  },
)
