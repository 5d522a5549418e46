import { expect, test } from 'vitest'
import { type Fleet, type RequestId, MINUTE } from '#core'
import { Busy, lane as openLane, type Lane } from '../../../adapters/lane.ts'
import { presenceDesk, type PresenceDesk } from '../../../adapters/duffy/presence-desk.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { disagreements, get, person, setUp, sha256, siteWith, temporaryStore } from '../../kit/store.ts'

interface Site extends AsyncDisposable {
  readonly lane: Lane
  readonly fleet: Fleet
  readonly desk: PresenceDesk
  at: number
  /** Lets time pass, and what is to be noted be noted. */
  pass(ms: number): Promise<void>
  waits(over?: object): Promise<RequestId>
  records(): number
}

/** One machine, which somebody holds, on a real store; its clocks go as the test says. */
const site = async (): Promise<Site> => {
  await using stack = new AsyncDisposableStack()
  const { store } = stack.use(await temporaryStore())
  let at = 1_000_000
  const { fleet, head } = await store.load()
  const lane = stack.use(openLane({ store, fleet, head, clock: () => at, monotonic: () => at, hash: sha256 }))
  await setUp(lane, siteWith(1, { quota: 10 }))
  const faults: unknown[] = []
  const log = (_level: unknown, message: string, data: unknown): void => void faults.push({ message, data })
  const desk = stack.use(presenceDesk({ lane, log, monotonic: () => at, everyMs: 2 }))
  await lane.ask(person('bob', get()))
  stack.defer(async () => {
    expect(faults).toEqual([])
    expect(await disagreements(store, fleet)).toEqual([])
  })
  const moved = stack.move()
  return {
    lane,
    fleet,
    desk,
    get at() {
      return at
    },
    set at(to) {
      at = to
    },
    async pass(ms) {
      at += ms
      await pause(30)
      await lane.ask({ id: null, by: 'duffy' as never, door: 'test', command: { do: 'sweep' } })
    },
    async waits(over = {}) {
      const answer = await lane.ask(person('amy', get({ keepPlace: false, address: null, ...over })))
      if (answer.type !== 'accepted' || answer.outcome.type !== 'waiting') throw new Error('it does not wait')
      return answer.outcome.request
    },
    records: () => lane.state().head.seq,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}

test('asking all the time costs a commit or two in the time within which one must ask', async () => {
  await using here = await site()
  const id = await here.waits({ pollWithinMs: 10 * MINUTE })
  const before = here.records()
  for (let minute = 0; minute < 20; minute += 1) {
    here.desk.seen([id])
    await here.pass(MINUTE)
  }
  expect(here.fleet.requests.has(id)).toBe(true)
  expect(here.records() - before).toBeLessThanOrEqual(4)
})

test('one look in good time is worth the full time from then, though nobody asks again', async () => {
  await using here = await site()
  const id = await here.waits({ pollWithinMs: 10 * MINUTE })
  await here.pass(2 * MINUTE)
  here.desk.seen([id])
  for (let minute = 0; minute < 9; minute += 1) await here.pass(MINUTE)
  expect(here.fleet.requests.has(id)).toBe(true)
  await here.pass(2 * MINUTE)
  expect(here.fleet.requests.has(id)).toBe(false)
})

test('whoever holds the question open is there, for as long as that takes', async () => {
  await using here = await site()
  const id = await here.waits({ pollWithinMs: MINUTE })
  const leave = here.desk.attend(id)
  for (let part = 0; part < 12; part += 1) await here.pass(MINUTE / 4)
  expect(here.fleet.requests.has(id)).toBe(true)
  leave()
  await here.pass(MINUTE / 2)
  await here.pass(MINUTE)
  expect(here.fleet.requests.has(id)).toBe(false)
})

test('after a start each has the full time anew, before anything else is decided', async () => {
  await using here = await site()
  const id = await here.waits({ pollWithinMs: 10 * MINUTE })
  here.at += 30 * MINUTE
  await here.desk.start()
  await here.pass(9 * MINUTE)
  expect(here.fleet.requests.get(id)?.poll?.seenAt).toBeGreaterThanOrEqual(here.at - 10 * MINUTE)
  await here.pass(2 * MINUTE)
  expect(here.fleet.requests.has(id)).toBe(false)
})

test('who left is out of the line, and the store keeps how', async () => {
  await using here = await site()
  const id = await here.waits()
  here.desk.left(id, 'qa' as never)
  await pause(30)
  expect(here.fleet.requests.has(id)).toBe(false)
})

test('a place at which somebody waited when Duffy ended is granted nothing until they ask again', async () => {
  await using here = await site()
  const id = await here.waits({ keepAs: 'cico', pollWithinMs: 10 * MINUTE })
  await using desk = presenceDesk({ lane: here.lane, log: () => {} })
  await desk.start()
  expect(here.fleet.requests.get(id)?.poll?.kept?.left).toBe(true)
})

test('a place that could not be left at once, since Duffy was busy, is left as soon as can be', async () => {
  await using here = await site()
  const id = await here.waits({ keepAs: 'cico', pollWithinMs: 10 * MINUTE })
  let busy = true
  const lane: Pick<Lane, 'ask' | 'read' | 'state'> = {
    ask: async (asked) => {
      if (busy) throw new Busy(1000)
      return here.lane.ask(asked)
    },
    read: (look) => here.lane.read(look),
    state: () => here.lane.state(),
  }
  await using desk = presenceDesk({ lane, log: () => {}, everyMs: 2 })
  await expect(desk.leavePlace(id)).rejects.toThrow('too many commands')
  busy = false
  await pause(50)
  expect(here.fleet.requests.get(id)?.poll?.kept?.left).toBe(true)
})
