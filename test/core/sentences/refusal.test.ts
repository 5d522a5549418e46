import { readLine, refusalSaid, type Command, type Refusal, type RefusalType } from '#core'
import { describe, expect, test } from 'vitest'
import { PLAIN_GET } from '../../kit/world.ts'

const AT = Date.UTC(2026, 10, 23, 16, 40)
const telling = { say: (line: string) => `!duffy ${line}`, at: AT as never }

type Of<T extends RefusalType> = Omit<Extract<Refusal, { type: T }>, 'type'>
const POOLS = [{ pool: 'metal', type: 'metal', ready: 1, waiting: 2 }]

/** One of every type: a new refusal does not compile until it is here, and so has words. */
const EVERY: { readonly [T in RefusalType]: { readonly [K in keyof Of<T>]: unknown } } = {
  stranger: { identity: 'irc:net:mallory' },
  operatorsOnly: {},
  controlRoomOnly: { rooms: ['irc:libera:#ops'] },
  adminsOnly: { tenant: 'infra' },
  noSuchTenant: { asked: 'infa', suggestion: 'infra' },
  tenantExists: { tenant: 'infra' },
  tenantRetired: { tenant: 'infra' },
  badTenantName: { asked: '-infra' },
  badMember: { asked: 'bob' },
  memberElsewhere: { member: 'irc:net:bob', tenant: 'infra' },
  noSuchMember: { asked: 'irc:net:bob', tenant: 'infra' },
  noSuchApiKey: { asked: '3fe1c09b42aa' },
  apiKeyExists: { asked: 'v3-3fe1c09b42aa0000' },
  lastOperatorKey: { apiKey: '3fe1c09b42aa' },
  noSuchType: { asked: 'meta', suggestion: 'metal', pools: POOLS },
  noSuchPool: { asked: 'rack', suggestion: null, pools: [] },
  noSuchArch: { asked: 'vax', known: ['x86_64'] },
  noSuchLabel: { asked: ['gpu'], known: [] },
  neverEnough: { count: 9, most: 4, machineType: 'metal', platform: 'intel', elsewhere: 12 },
  overQuota: { tenant: 'infra', count: 3, held: 7, quota: 8 },
  tooMany: { limit: 'keysPerPerson', most: 20 },
  tooLongText: { field: 'reason', most: 200 },
  cannotCollect: { pool: 'rack', instead: ['metal'] },
  badCount: { count: 0 },
  badPriority: { asked: 5, most: 3, tenant: 'infra' },
  leaseTooShort: { asked: 1000, shortestMs: 60_000 },
  leaseTooLong: { asked: 90_000_000, longestMs: 64_800_000, of: 'tenant infra' },
  pollTooShort: { asked: 1000, shortestMs: 10_000 },
  noKeys: {},
  noneFree: { machineType: 'metal', count: 2, platform: 'intel', elsewhere: 3 },
  queueFull: { limit: 'waitingRequests', most: 10_000 },
  noSuchLease: { asked: 'L9ZZ', held: [{ lease: 'L7Q2', machines: ['n33', 'n41'] }] },
  noSuchRequest: { asked: 'R9ZZ', waiting: [] },
  noSuchMachine: { asked: 'n34', suggestion: 'n33' },
  noSuchRefusal: { asked: 'X7Q2KM', ms: 86_400_000, most: 50 },
  holdsNothing: {},
  waitsForNothing: {},
  whichLease: {
    held: [
      { lease: 'L7Q2', machines: ['n33'] },
      { lease: 'L7Q9', machines: ['n41'] },
    ],
  },
  whichMachine: { machines: ['n1', 'n2'] },
  notQuarantined: { machine: 'n1', status: 'ready' },
  whichRequest: { waiting: ['R9K1', 'R9K2'] },
  notActive: { lease: 'L7Q2' },
  cannotExtend: { lease: 'L7Q2', until: AT + 59_400_000, longestMs: 64_800_000, held: false },
  endsLater: { lease: 'L7Q2', until: AT + 7_200_000 },
  awaited: { lease: 'L7Q2', until: AT + 3_600_000, awaited: { machineType: 'metal', requests: 2, reservedFrom: null } },
  tooManyHeld: { lease: 'L7Q2', tenant: 'infra', count: 2, held: 1, most: 2 },
  holdTooLong: { lease: 'L7Q2', asked: 90_000_000, longestMs: 86_400_000, of: 'tenant infra', last: AT + 7_200_000 },
  snoozeTooLong: { lease: 'L7Q2', until: AT + 600_000 },
  toldNowhere: { lease: 'L7Q2' },
  noSuchCode: { left: 4 },
  tooManyCodes: { until: AT + 600_000 },
  ownCode: {},
  linkedAlready: { identity: 'irc:net:alice' },
  linkElsewhere: { identity: 'irc:net:alice', tenant: 'qa' },
  noMail: {},
  noClaim: {},
  notLinked: { identity: 'irc:net:alice', others: ['key:x'] },
  speaksThrough: { identity: 'key:x', tenant: 'qa', others: ['irc:net:alice'] },
  unknownKey: { fingerprint: 'SHA256:x' },
  noSuchPlatform: { asked: 'intl', machineType: 'metal', suggestion: 'intel', known: ['amd', 'intel'] },
  noRoom: { machineType: 'metal', count: 2, from: AT + 3_600_000, nearest: AT + 7_200_000 },
  tooFarAhead: { from: AT + 8_640_000_000, mostMs: 2_592_000_000 },
  noSuchTarget: { asked: 'n3', suggestion: 'n33' },
  endsBeforeStart: { from: AT + 7_200_000, until: AT + 3_600_000 },
  badRecurrence: { forMs: null, everyMs: 86_400_000 },
  noMaintenance: { what: { kind: 'machine', name: 'n33' } },
  maintenanceAhead: { lease: 'L7Q2', machine: 'n33', from: AT + 7_200_000, until: AT + 3_600_000, reason: 'bad disk' },
  badNotify: { asked: 'irc:none:alice' },
  idUsedBefore: { id: 'build-7' },
  badSite: { faults: ['pools.metal.ready: less than 0'] },
  staleRun: {},
}
/** Refusals that no reservation meets. */
const OF_LEASES: ReadonlySet<string> = new Set<RefusalType>(['noneFree', 'holdsNothing', 'waitsForNothing'])
const refusal = (type: RefusalType, over: object = {}): Refusal => ({ type, ...EVERY[type], ...over }) as Refusal

describe('every refusal', () => {
  const types = Object.keys(EVERY) as RefusalType[]

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

  test.each(Object.keys(EVERY).filter((type) => !OF_LEASES.has(type)) as RefusalType[])(
    '%s: suggests no lease at once',
    (type) => {
      expect(words(type)).not.toMatch(/!duffy (help )?get|leased/)
    },
  )

  test('suggests the same again, but for what is in the way', () => {
    expect(words('leaseTooLong')).toContain('Try: !duffy reserve vm 3 label gpu from 2026-11-23T17:40Z for 18h')
    expect(words('neverEnough', { machineType: 'vm', count: 3, most: 2, elsewhere: 2 })).toContain(
      'Try: !duffy reserve vm 2 label gpu from 2026-11-23T17:40Z',
    )
    expect(words('noRoom')).toContain('Take it: !duffy reserve vm 3 label gpu from 2026-11-23T18:40Z')
  })

  test('says that machines are reserved, not held', () => {
    expect(words('overQuota', { reserved: true })).toContain('has 7 of 8 machines reserved for the same time')
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

  test('what is left of a hold is offered', () => {
    expect(refusalSaid(refusal('holdTooLong'), telling).room[0]).toContain('!duffy hold L7Q2 for 2h')
    expect(refusalSaid(refusal('holdTooLong', { last: AT }), telling).room[0]).toContain('!duffy done L7Q2')
  })

  test('what is free elsewhere is offered', () => {
    expect(refusalSaid(refusal('noneFree'), telling).room[0]).toContain('!duffy get metal 2 any now')
    expect(refusalSaid(refusal('noneFree', { elsewhere: 0 }), telling).room[0]).toContain('!duffy get metal 2')
  })
})
