import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  answer,
  answerSaid,
  estimatesAt,
  isoTime,
  readLine,
  type Fleet,
  type GetCommand,
  type Identity,
  type Instant,
  requestView,
} from '#core'
import { anyGet, anyTenant, anyWorld } from '../kit/histories.ts'
import { snapshot } from '../kit/snapshot.ts'
import { PLAIN_GET, told, World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

const previewed = ({ fleet, at }: World, by: string, get: Partial<GetCommand> = {}) =>
  answer(fleet, { by: by as Identity, at }, { ask: 'preview', command: { ...PLAIN_GET, ...get } })

/** All that a decision could leave behind, the numbers that are given next and texts outside the log included. */
const whole = (fleet: Fleet): unknown => ({
  ...snapshot(fleet),
  next: (['machine', 'lease', 'request', 'run', 'person', 'tenant'] as const).map((counter) => fleet.next(counter)),
  personal: [...fleet.personal.values()].toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
  stocks: fleet.stocks.all().map(({ shape, ready, off, ...figures }) => ({
    ...figures,
    shape,
    ready: [...ready].map(({ name }) => name),
    off: [...off].map(({ name }) => name),
  })),
  line: [...fleet.waiting.of('metal'), ...fleet.waiting.of('vm')].map(({ id }) => id),
})

test('a preview leaves any fleet as it was, and the same get in earnest comes to what it said', () => {
  fc.assert(
    fc.property(anyWorld, anyTenant, anyGet, (world, by, get) => {
      const before = whole(world.fleet)
      const said = previewed(world, by, get)
      expect(whole(world.fleet)).toEqual(before)

      const came = world.get(by, get)
      if (said.type === 'wouldGrant') {
        const { machines, choice, why, durationMs } = world.lease(came)
        expect(said.machines.map(({ name }) => name)).toEqual(machines.map(({ machine }) => machine))
        expect(said).toMatchObject({ choice, why, durationMs })
      } else if (said.type === 'wouldWait') {
        if (came.type !== 'waiting') throw new Error(`it was to wait, and was ${came.type}`)
        const request = world.fleet.requests.need(came.request)
        const estimate = estimatesAt(world.fleet, world.at)([request]).get(request.id)
        const { position, estimate: expected } = requestView(world.fleet, request, estimate)
        expect(said).toMatchObject({ position, estimate: expected })
        expect(request.state).toEqual({ status: 'waiting', why: said.why })
      } else expect(said).toEqual({ type: 'refused', refusal: came })
    }),
    { numRuns: 150 },
  )
})

test('a reservation that is tried leaves the fleet as it was, and is made in earnest as it said', () => {
  const world = new World()
  const command = { do: 'reserve', get: { ...PLAIN_GET, count: 2 }, from: (world.at + 3_600_000) as Instant } as const
  const before = whole(world.fleet)
  const said = answer(world.fleet, { by: ALICE as Identity, at: world.at }, { ask: 'preview', command })
  expect(whole(world.fleet)).toEqual(before)
  expect(said).toMatchObject({ type: 'wouldReserve', tenant: 'alice', from: isoTime(command.from), platform: 'amd' })
  const { at } = world
  expect(answerSaid(said, { say: (line) => `!duffy ${line}`, at, fingerprint: () => '' }).room).toEqual([
    '2 metal would be reserved for you from 01:16 UTC for 2h, platform amd.',
    'Nothing was reserved. In earnest: !duffy reserve metal 2 from 1970-01-01T01:16Z',
  ])
  expect(told(world.ask(ALICE, command))).toMatchObject({ type: 'reserved' })
})

test('a reservation that is tried in vain is refused like one in earnest', () => {
  const world = new World()
  const command = { do: 'reserve', get: { ...PLAIN_GET, count: 5 }, from: (world.at + 3_600_000) as Instant } as const
  const said = answer(world.fleet, { by: ALICE as Identity, at: world.at }, { ask: 'preview', command })
  expect(said).toEqual({ type: 'refused', refusal: told(world.ask(ALICE, command)) })
})

test('somebody who has never spoken is still unknown after a preview, and so is where to reach them', () => {
  const world = new World()
  const address = { door: 'irc', identity: ALICE as Identity, nick: 'alice', room: '#ci' }
  expect(previewed(world, ALICE, { address }).type).toBe('wouldGrant')
  expect(world.fleet.people.size).toBe(0)
  expect([...world.fleet.personal.values()].every(({ text }) => !text.includes('alice'))).toBe(true)
})

test('a preview for nobody’s tenant is refused like the get', () => {
  expect(previewed(new World(), 'irc:net:mallory')).toEqual({
    type: 'refused',
    refusal: { type: 'stranger', identity: 'irc:net:mallory' },
  })
})

test.each(['get metal 2 for 4h dry-run', 'get metal dry-run for 4h 2', 'get metal 2 preview for 4h'])(
  '"%s" asks for a preview',
  (line) => {
    const read = readLine(line, { fingerprint: () => '', address: null, at: 0 })
    if (read.type === 'misread') throw new Error('misread')
    expect(read.ask).toMatchObject({
      type: 'question',
      question: { ask: 'preview', command: { type: 'metal', count: 2, durationMs: 14_400_000 } },
    })
  },
)

const words = (world: World, by: string, get: Partial<GetCommand>): readonly string[] => {
  const { at } = world
  const say = (line: string): string => `!duffy ${line}`
  return answerSaid(previewed(world, by, get), { say, at, fingerprint: () => '' }).room
}

test('a grant to come is told with its machine, platform and earliest end, and the line that asks in earnest', () => {
  expect(words(new World(), ALICE, { durationMs: 14_400_000 })).toEqual([
    'You would get amd-1, platform amd: the least used when you first asked, and yours from then on. Yours for 4h once you can log in, so until 04:16 UTC at the earliest.',
    'Nothing was taken. In earnest: !duffy get metal for 4h',
  ])
})

test('a wait to come is told with its place, its time, what the machines are, and what is free elsewhere', () => {
  const world = new World()
  world.get(ALICE, { count: 4 })
  world.get(ALICE)
  expect(words(world, ALICE, {})).toEqual([
    'You would wait, 2nd in line for 1 metal: 0 of 4 machines that would do on your platform, amd are free; likely 01:32 UTC to 02:21 UTC, almost surely by 02:22 UTC.',
    'Of 8 metal: 4 of another platform, 4 in use. Nothing was taken. In earnest: !duffy get metal',
    'On other platforms 4 machines are free: !duffy get metal any',
  ])
})
