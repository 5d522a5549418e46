import type { Refusal, RefusalType } from '#core'

/** When the refusals are told. */
export const AT = Date.UTC(2026, 10, 23, 16, 40)

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
  badUsualLease: { tenant: 'infra', adding: false, asked: 43_200_000, shortestMs: 60_000, longestMs: 28_800_000 },
  badMember: { asked: 'bob' },
  memberElsewhere: { member: 'irc:net:bob', tenant: 'infra' },
  noSuchMember: { asked: 'irc:net:bob', tenant: 'infra' },
  noSuchApiKey: { asked: '3fe1c09b42aa' },
  apiKeyExists: { asked: 'v3-3fe1c09b42aa0000' },
  noSuchWebhook: { asked: 'hk3fe1c09b42' },
  webhookExists: { asked: 'hk3fe1c09b42' },
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
  changedSince: { again: 'done all' },
  nothingAsked: { withinMs: 60_000 },
  badSite: { faults: ['pools.metal.ready: less than 0'] },
  staleRun: {},
}

/** What else some of them may say. */
const OTHERS: { readonly [T in RefusalType]?: readonly { readonly [K in keyof Of<T>]?: unknown }[] } = {
  controlRoomOnly: [{ rooms: [] }],
  noSuchTenant: [{ suggestion: null }],
  badUsualLease: [{ asked: 1000 }, { adding: true, asked: 1000, longestMs: null }],
  noSuchType: [{ suggestion: null }, { suggestion: null, pools: [] }],
  noSuchPool: [{ suggestion: 'metal', pools: POOLS }],
  noSuchArch: [{ known: [] }],
  noSuchLabel: [{ known: ['gpu', 'ssd'] }],
  neverEnough: [{ elsewhere: 0 }, { most: 0, elsewhere: 0 }, { platform: null, elsewhere: 0 }],
  overQuota: [{ reserved: true }],
  tooMany: (
    [
      'machinesPerRequest',
      'keysPerRequest',
      'identitiesPerPerson',
      'openLinks',
      'mailsPerPerson',
      'labelsPerRequest',
      'metadataEntries',
      'tenants',
      'reservationsPerTenant',
      'membersPerTenant',
      'apiKeysPerTenant',
    ] as const
  ).map((limit) => ({ limit })),
  cannotCollect: [{ instead: [] }],
  badPriority: [{ most: 0 }],
  noneFree: [{ elsewhere: 0 }, { platform: null, elsewhere: 0, count: 1 }],
  queueFull: [{ limit: 'waitingRequestsPerTenant' }],
  noSuchLease: [{ held: [] }],
  noSuchRequest: [{ waiting: ['R9K1'] }],
  noSuchMachine: [{ suggestion: null }],
  cannotExtend: [{ held: true }],
  awaited: [{ awaited: { machineType: 'vm', requests: 0, reservedFrom: AT + 3_600_000 } }],
  tooManyHeld: [{ held: 0 }],
  holdTooLong: [{ last: AT }],
  noSuchCode: [{ left: 0 }],
  notLinked: [{ others: [] }],
  noSuchPlatform: [{ suggestion: null }, { suggestion: null, known: [] }],
  noRoom: [{ nearest: null }],
  noSuchTarget: [{ suggestion: null }],
  badRecurrence: [{ forMs: 86_400_000 }],
  noMaintenance: [{ every: true }, { what: { kind: 'pool', name: 'metal' } }],
  badSite: [{ faults: Array.from({ length: 9 }, (_, index) => `pools.p${index}.ready: less than 0`) }],
}

export const REFUSAL_TYPES = Object.keys(EVERY) as readonly RefusalType[]

export const refusalOf = (type: RefusalType, over: object = {}): Refusal =>
  ({ type, ...EVERY[type], ...over }) as Refusal

/** Every refusal that there is, in every form that its words have. */
export const everyRefusal = (): readonly Refusal[] =>
  REFUSAL_TYPES.flatMap((type) => [{}, ...(OTHERS[type] ?? [])].map((over) => refusalOf(type, over)))
