import { readLine, refusalSaid, type Command, type RefusalType } from '#core'
import { describe, expect, test } from 'vitest'
import { AT, refusalOf as refusal, REFUSAL_TYPES } from '../../kit/refusals.ts'
import { PLAIN_GET } from '../../kit/world.ts'

const telling = { say: (line: string) => `!duffy ${line}`, at: AT as never }

/** Refusals that no reservation meets. */
const OF_LEASES: ReadonlySet<string> = new Set<RefusalType>(['noneFree', 'holdsNothing', 'waitsForNothing'])

describe('every refusal', () => {
  const types = REFUSAL_TYPES

  test.each(types)('%s: at most three lines, with a command to type next', (type) => {
    const { room, person } = refusalSaid(refusal(type), telling)
    const lines = [...room, ...person]
    expect(room.length).toBeLessThanOrEqual(3)
    expect(person.length).toBeLessThanOrEqual(3)
    expect(lines.join('\n')).toContain('!duffy ')
    expect(lines.join('\n')).not.toMatch(/undefined|null|\[object|NaN/)
    for (const line of lines) expect(line.length).toBeLessThan(400)
  })

  test.each(types.filter((type) => type !== 'whichLease' && type !== 'whichRequest' && type !== 'noSuchMachine'))(
    '%s: says what did not happen',
    (type) => {
      const { room, person } = refusalSaid(refusal(type), telling)
      expect([...room, ...person].join('\n')).toMatch(/noth|nobody|no more|not applied|changed nothing/i)
    },
  )
})

describe('a refused reservation', () => {
  const get = { ...PLAIN_GET, type: 'vm', count: 3, labels: ['gpu'] }
  const asked: Command = { do: 'reserve', get, from: (AT + 3_600_000) as never }
  const words = (type: RefusalType, over?: object): string =>
    Object.values(refusalSaid(refusal(type, over), { ...telling, asked }))
      .flat()
      .join('\n')

  test.each(REFUSAL_TYPES.filter((type) => !OF_LEASES.has(type)))('%s: suggests no lease at once', (type) => {
    expect(words(type)).not.toMatch(/!duffy (help )?get|leased/)
  })

  test('suggests the same again, but for what is in the way', () => {
    expect(words('leaseTooLong')).toContain('Try: !duffy reserve vm 3 label gpu from 2026-11-23T17:40Z for 18h')
    expect(words('neverEnough', { machineType: 'vm', count: 3, most: 2, elsewhere: 2 })).toContain(
      'Try: !duffy reserve vm 2 label gpu from 2026-11-23T17:40Z',
    )
    expect(words('noRoom')).toContain('Take it: !duffy reserve vm 3 label gpu from 2026-11-23T18:40Z')
  })

  test('says that machines are reserved, not held', () => {
    expect(words('overQuota', { reserved: true })).toContain('has 7 of 8 machines reserved for the same time')
    expect(words('overQuota', { reserved: true })).toContain('Ask for fewer: !duffy reserve vm label gpu from')
    expect(words('overQuota', { reserved: true, held: 8 })).toContain('Cancel some: !duffy reservations')
  })
})

describe('what was asked for in vain', () => {
  test('is suggested again with all that was said', () => {
    const asked = { ...PLAIN_GET, arch: 'aarch64', count: 2, durationMs: 7_200_000, queue: false }
    expect(refusalSaid(refusal('noneFree', { elsewhere: 0 }), { ...telling, asked }).room[0]).toContain(
      'Wait in line: !duffy get metal 2 arch aarch64 for 2h',
    )
  })

  test('is suggested as a line that is understood', () => {
    const asked = {
      ...PLAIN_GET,
      arch: 'aarch64',
      count: 2,
      chassis: 'any',
      priority: 1,
      queue: false,
      keepPlace: false,
    } as const
    const [said] = refusalSaid(refusal('noneFree'), { ...telling, asked }).room
    const line = said!.slice(said!.indexOf('!duffy ') + '!duffy '.length)
    const read = readLine(line, { fingerprint: () => '', address: null, at: AT })
    expect(read).toMatchObject({ ask: { command: { ...asked, platform: 'any' } } })
  })
})

describe('the words', () => {
  test('a slip in a type', () => {
    expect(refusalSaid(refusal('noSuchType'), telling).room).toEqual([
      'There is neither a type nor a pool "meta"; nothing was leased. Pools: metal (1 free, 2 waiting). Did you mean: !duffy get metal',
    ])
  })

  test('which of several', () => {
    expect(refusalSaid(refusal('whichLease'), telling).room).toEqual([
      'You hold 2: L7Q2 (n33) and L7Q9 (n41). Which? e.g. !duffy done L7Q2',
    ])
    const asked = { do: 'extend', what: null, byMs: 30 * 60_000 } as const
    expect(refusalSaid(refusal('whichLease'), { ...telling, asked }).room[0]).toContain('!duffy extend L7Q2 30m')
  })

  test('an instant of another day has its date', () => {
    expect(refusalSaid(refusal('cannotExtend'), telling).room[0]).toContain(
      'until 09:10 UTC on 2026-11-24 at most (18h a lease)',
    )
  })

  test('figures of a quota are said in private alone', () => {
    const { room, person } = refusalSaid(refusal('overQuota'), telling)
    expect(room.join('')).not.toMatch(/\d/)
    expect(person.join('')).toContain('7 of 8')
  })

  test('what is left of a quota is offered, and to give something back where nothing is', () => {
    const asked = { ...PLAIN_GET, type: 'vm', count: 6 }
    const told = (over: object): string => {
      const { person } = refusalSaid(refusal('overQuota', over), { ...telling, asked })
      return person.join('')
    }
    expect(told({ count: 6, held: 0, quota: 5 })).toContain('Ask for fewer: !duffy get vm 5')
    expect(told({ count: 6, held: 5, quota: 5 })).toContain('Give some back: !duffy list')
  })

  test('a usual lease that cannot be says that nothing was added of a new tenant, and nothing changed of a known one', () => {
    const told = (over?: object): string => refusalSaid(refusal('badUsualLease', over), telling).room.join('')
    expect(told()).toContain('nothing was changed. Try: !duffy tenants set infra lease 8h longest 8h')
    expect(told({ adding: true })).toContain('nothing was added. Try: !duffy tenants add infra lease 8h longest 8h')
  })

  test('what is left of a hold is offered', () => {
    expect(refusalSaid(refusal('holdTooLong'), telling).room[0]).toContain('!duffy hold L7Q2 for 2h')
    expect(refusalSaid(refusal('holdTooLong', { last: AT }), telling).room[0]).toContain('!duffy done L7Q2')
  })

  test('what is free elsewhere is offered', () => {
    expect(refusalSaid(refusal('noneFree'), telling).room[0]).toContain('!duffy get metal 2 any now')
    expect(refusalSaid(refusal('noneFree', { elsewhere: 0 }), telling).room[0]).toContain('!duffy get metal 2')
  })
})
