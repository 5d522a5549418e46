import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answer, readLine, refused, type Answer, type Command, type Identity, type WhyRefusal, HOUR } from '#core'
import { anyGet, anyTenant, anyWorld } from '../kit/histories.ts'
import { siteOf, tenantOf } from '../kit/site.ts'
import { PLAIN_GET, told, World } from '../kit/world.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const answered = ({ fleet, at }: World, by: string, line: string): Answer => {
  const read = readLine(line, { fingerprint: String, address: null, at })
  if (read.type === 'misread' || read.ask.type !== 'question') throw new Error(`"${line}" is no question`)
  return answer(fleet, { by: by as Identity, at }, read.ask.question)
}

/** What somebody is told who asks for something, and is told to type instead. */
const refusedWith = (world: World, by: string, command: Command) => {
  const { fleet, at } = world
  const refusal = told(world.ask(by, command))
  const no = refused(fleet, { id: null, by: by as Identity, door: 'test', at, command }, refusal as never, sha256)
  if (no === null) return null
  const past = { leases: [], requests: [], refused: [no] }
  const why = answer(fleet, { by: by as Identity, at }, { ask: 'why', about: no.ref }, past) as WhyRefusal
  return { refusal: no.refusal, instead: why.instead }
}

test('whoever asks for too much is told how many their tenant can really have', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(anyWorld, anyTenant, anyGet, (world, by, get) => {
      const no = refusedWith(world, by, { ...PLAIN_GET, ...get, queue: true })
      if (no === null || (no.refusal.type !== 'neverEnough' && no.refusal.type !== 'overQuota')) return
      for (const line of no.instead) {
        expect(answered(world, by, `${line} dry-run`).type).toMatch(/^would(Grant|Wait)$/)
        const bounded = no.refusal.type === 'neverEnough' && no.refusal.allowed < no.refusal.elsewhere
        const kind = `${no.refusal.type}${bounded ? ', by quota' : ''}`
        seen.set(kind, (seen.get(kind) ?? 0) + 1)
      }
    }),
    { numRuns: 450 },
  )
  for (const kind of ['neverEnough', 'neverEnough, by quota', 'overQuota'])
    expect(seen.get(kind) ?? 0).toBeGreaterThan(0)
})

const hours = fc.integer({ min: 1, max: 9 })

/** Somebody at home on one of two platforms that is wholly lent, somebody before them in line for any, and what is lent elsewhere. */
const crowd = fc.record({
  lent: fc.array(hours, { maxLength: 4 }),
  first: fc.record({ count: fc.integer({ min: 1, max: 8 }), hours }),
  wanted: fc.record({ count: fc.integer({ min: 1, max: 3 }), hours }),
})

test('whoever is told that machines of other platforms are free would be given them', () => {
  const seen = { told: 0, kept: 0 }
  fc.assert(
    fc.property(crowd, ({ lent, first, wanted }) => {
      const world = new World(siteOf({ tenants: ['alice', 'bob', 'carol'].map((name) => tenantOf(name)) }))
      const alice = 'irc:net:alice'
      world.get(alice, { count: 4, durationMs: 5 * HOUR })
      for (const length of lent) world.get('irc:net:bob', { platform: 'any', durationMs: length * HOUR })
      world.work()
      world.get('irc:net:carol', { platform: 'any', count: first.count, durationMs: first.hours * HOUR })
      const asked = { by: alice as Identity, at: world.at }
      const command = { ...PLAIN_GET, count: wanted.count, durationMs: wanted.hours * HOUR }
      const said = answer(world.fleet, asked, { ask: 'preview', command })
      if (said.type !== 'wouldWait') return
      const any = answer(world.fleet, asked, { ask: 'preview', command: { ...command, platform: 'any' } })
      expect(said.now.elsewhere >= wanted.count).toBe(any.type === 'wouldGrant')
      if (any.type === 'wouldGrant') seen.told += 1
      else if (world.fleet.stocks.all().some(({ ready }) => ready.size >= wanted.count)) seen.kept += 1
    }),
    { numRuns: 200 },
  )
  expect(Math.min(seen.told, seen.kept)).toBeGreaterThan(10)
})
