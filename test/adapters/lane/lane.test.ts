import { describe, expect, onTestFinished, test } from 'vitest'
import { decide, type Asked, type LeaseId, type RecordBody } from '#core'
import type { Commit, LanePorts } from '../../../adapters/lane.ts'
import { refusalDesk } from '../../../adapters/duffy/refusal-desk.ts'
import { disagreements, duffy, get, openLane, person, setUp, siteWith, temporaryStore } from '../../kit/store.ts'

const opened = async (machines = 8, ports: Partial<LanePorts> = {}) => {
  const { store, database, ...temporary } = await temporaryStore()
  onTestFinished(() => temporary[Symbol.asyncDispose]())
  const lane = await openLane(store, ports)
  await setUp(lane, siteWith(machines))
  return { store, database, lane }
}

describe('a batch', () => {
  test('takes all that waits in one commit', async () => {
    const { lane, store } = await opened(40)
    const before = lane.state().counts.commits
    await Promise.all(Array.from({ length: 32 }, (_, n) => lane.ask(person(`p${n}`, get()))))
    expect(lane.state().counts.commits - before).toBe(1)
    expect(lane.fleet.leases.size).toBe(32)
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })

  test('is bounded: more commands are more commits', async () => {
    const { lane } = await opened(40, { limits: { batch: 10 } })
    const before = lane.state().counts.commits
    await Promise.all(Array.from({ length: 32 }, (_, n) => lane.ask(person(`p${n}`, get()))))
    expect(lane.state().counts.commits - before).toBe(4)
  })

  test('answers only once it is durable', async () => {
    const order: string[] = []
    const { lane } = await opened(2, { crash: (point) => order.push(point) })
    order.length = 0
    await lane.ask(person('ann', get())).then(() => order.push('told'))
    expect(order.filter((point) => point === 'after commit' || point === 'told')).toEqual(['after commit', 'told'])
  })

  test('of refusals alone costs no commit', async () => {
    const { lane, store } = await opened()
    const { head, counts } = lane.state()
    const answers = await Promise.all(['a', 'b'].map((id) => lane.ask(person('ann', { do: 'done', what: 'L222' }, id))))
    expect(answers.map(({ type }) => type)).toEqual(['refused', 'refused'])
    expect(lane.state()).toMatchObject({ head, counts: { commits: counts.commits } })
    expect((await store.load()).head.turn).toBe(head.turn)
  })

  test('of refusals that can be asked about costs none either, and each names its own', async () => {
    const refusals = refusalDesk(() => 0)
    const { lane } = await opened(1, { refusals })
    const { head, counts } = lane.state()
    const answers = await Promise.all([2, 3].map((count) => lane.ask(person('ann', get({ count })))))
    expect(lane.state()).toMatchObject({ head, counts: { commits: counts.commits } })
    const found = answers.map((told) => refusals.named(told.type === 'refused' ? told.why!.ref : ''))
    expect(found).toMatchObject([[{ refusal: { count: 2 } }], [{ refusal: { count: 3 } }]])
  })

  test('names the same refusal to a repeat', async () => {
    const { lane } = await opened(1, { refusals: refusalDesk(() => 0) })
    const ask = () => lane.ask(person('ann', get({ count: 2 }), 'build-7'))
    const first = await ask()
    expect(first).toMatchObject({ type: 'refused', why: { more: true } })
    expect(await ask()).toEqual({ ...first, repeat: true })
  })

  test('lets other work have its turn in between', async () => {
    const { lane } = await opened(4)
    let ticks = 0
    const ticking = setInterval(() => (ticks += 1), 0)
    for (let n = 0; n < 50; n += 1) await lane.ask(person('ann', { do: 'done', what: 'L222' }))
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(0)
  })
})

describe('the line', () => {
  test('is bounded: one command too many is told when to try again', async () => {
    const { lane } = await opened(2, { limits: { queue: 3 } })
    const asking = Array.from({ length: 4 }, () => lane.ask(duffy({ do: 'sweep' })))
    const results = await Promise.allSettled(asking)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
    await expect(asking[3]).rejects.toMatchObject({ name: 'Busy', retryAfterMs: expect.any(Number) })
  })

  test('is emptied before the lane closes, and takes nothing more', async () => {
    const { lane, store } = await opened()
    const asking = [lane.ask(person('ann', get())), lane.ask(person('bob', get()))]
    const closing = lane[Symbol.asyncDispose]()
    await expect(lane.ask(person('eve', get()))).rejects.toThrow('stopping')
    await closing
    expect((await Promise.all(asking)).map(({ type }) => type)).toEqual(['accepted', 'accepted'])
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })
})

describe('time', () => {
  test('never runs backwards in the log, whatever the clock says', async () => {
    let now = 5_000
    const { lane, store } = await opened(8, { clock: () => now, monotonic: () => 0 })
    for (now of [9_000, 1_000, 2_000, 10_000]) await lane.ask(person('ann', get()))
    const log = await store.records(0, 1_000)
    expect(log.map(({ text }) => (JSON.parse(text) as RecordBody).at)).toEqual([5_000, 9_000, 9_000, 9_000, 10_000])
    now = 3_000
    expect(await lane.read((_, at) => at)).toBe(10_000)
  })
})

describe('a repeat', () => {
  test('is given the first answer, in the same batch, in a later one, and after a restart', async () => {
    const { lane, store } = await opened()
    const ask = (on: typeof lane) => on.ask(person('ann', get(), 'build-1'))
    const [first, twin] = await Promise.all([ask(lane), ask(lane)])
    const repeated = { ...first, repeat: true }
    expect(twin).toEqual(repeated)
    expect(await ask(lane)).toEqual(repeated)
    await lane[Symbol.asyncDispose]()
    const again = await openLane(store)
    expect(await ask(again)).toEqual(repeated)
    expect(again.fleet.leases.size).toBe(1)
  })

  test('of a refusal is given the refusal, though things have changed', async () => {
    const { lane } = await opened()
    const done = () => lane.ask(person('ann', { do: 'done', what: null }, 'd1'))
    const refused = await done()
    expect(refused).toMatchObject({ type: 'refused', refusal: { type: 'holdsNothing' } })
    await lane.ask(person('ann', get()))
    expect(await done()).toEqual({ ...refused, repeat: true })
    expect(lane.fleet.leases.size).toBe(1)
  })

  test('of a refusal is known after a restart, if a commit took it along', async () => {
    const { lane, store } = await opened()
    await lane.ask(person('ann', { do: 'done', what: null }, 'd1'))
    await lane.ask(person('ann', get()))
    await lane[Symbol.asyncDispose]()
    const again = await openLane(store)
    expect(await again.ask(person('ann', { do: 'done', what: null }, 'd1'))).toMatchObject({ type: 'refused' })
    expect(again.fleet.leases.size).toBe(1)
  })

  test('with another command is refused, in the same batch and later', async () => {
    const { lane } = await opened()
    const first = lane.ask(person('ann', get(), 'x'))
    const other = lane.ask(person('ann', get({ count: 2 }), 'x'))
    expect((await first).type).toBe('accepted')
    const refused = { type: 'refused', refusal: { type: 'idUsedBefore', id: 'x' } }
    expect(await other).toEqual(refused)
    expect(await lane.ask(person('ann', { do: 'done', what: null }, 'x'))).toEqual(refused)
  })

  test('is nobody else’s: the same id from another caller, or at another door, is another command', async () => {
    const { lane } = await opened()
    await lane.ask(person('ann', get(), 'x'))
    await lane.ask(person('bob', get(), 'x'))
    await lane.ask({ ...person('ann', get(), 'x'), door: 'http' })
    expect(lane.fleet.leases.size).toBe(3)
  })

  test('cannot be told without an id', async () => {
    const { lane, database } = await opened()
    await lane.ask(person('ann', get()))
    await lane.ask(person('ann', get()))
    expect(lane.fleet.leases.size).toBe(2)
    expect(database.prepare('select count(*) as n from answer').all([])).toEqual([{ n: 0 }])
  })
})

describe('a question', () => {
  test('never sees what is not durable', async () => {
    let ask: (() => void) | null = null
    const { lane } = await opened(4, {
      crash: (point) => {
        if (point === 'decided') ask?.()
        if (point === 'before commit' && ask !== null) throw new Error('no commit')
      },
    })
    const inMemory: number[] = []
    const seen: Promise<number>[] = []
    ask = () => {
      inMemory.push(lane.fleet.leases.size)
      seen.push(lane.read((fleet) => fleet.leases.size))
    }
    await expect(lane.ask(person('ann', get()))).rejects.toMatchObject({ name: 'Fault' })
    expect(inMemory).toContain(1)
    expect(await Promise.all(seen)).toEqual(seen.map(() => 0))
  })

  test('that throws is the asker’s own trouble', async () => {
    const { lane } = await opened()
    const question = lane.read(() => {
      throw new Error('no such thing')
    })
    await expect(question).rejects.toThrow('no such thing')
    expect(await lane.read((fleet) => fleet.machines.size)).toBe(8)
  })
})

describe('a listener', () => {
  test('is told what changed, once it is durable, until it has had enough', async () => {
    const { lane, store } = await opened()
    const told: Commit[] = []
    const stop = lane.onCommit((commit) => told.push(commit))
    await lane.ask(person('ann', get()))
    await lane.ask(person('ann', { do: 'done', what: 'L222' }))
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ seq: lane.state().head.seq, at: lane.state().head.at })
    const [lease] = told[0]!.changes.filter(({ table }) => table === 'lease')
    expect(await store.lease(lease!.key as LeaseId)).toEqual(lease!.after)
    stop()
    await lane.ask(person('ann', get()))
    expect(told).toHaveLength(1)
  })

  test('that throws harms nobody, and is reported', async () => {
    const faults: unknown[] = []
    const { lane } = await opened(4, { onFault: (fault) => faults.push(fault) })
    const told: Commit[] = []
    lane.onCommit(() => {
      throw new Error('deaf')
    })
    lane.onCommit((commit) => told.push(commit))
    expect((await lane.ask(person('ann', get()))).type).toBe('accepted')
    expect(faults).toMatchObject([{ message: 'deaf' }])
    expect(told).toHaveLength(1)
  })
})

describe('a command that breaks decide', () => {
  test('is alone in that, leaves no trace, and its fault has the cause', async () => {
    const poison = (fleet: Parameters<typeof decide>[0], asked: Asked) => {
      const decision = decide(fleet, asked)
      if (asked.command.do === 'get' && asked.command.reason === 'poison') throw new Error('a bug')
      return decision
    }
    const { lane, store } = await opened(8, { decide: poison })
    const answers = await Promise.allSettled([
      lane.ask(person('ann', get())),
      lane.ask(person('bob', get({ reason: 'poison' }), 'p')),
      lane.ask(person('eve', get())),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(answers[1]).toMatchObject({ reason: { name: 'Fault', outcome: 'bug', cause: { message: 'a bug' } } })
    expect(lane.fleet.leases.size).toBe(2)
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })
})

test('a bug in the lane itself stops it, and leaves nobody waiting', async () => {
  let broken = false
  const { lane } = await opened(4, {
    crash: (point) => {
      if (broken && point === 'answered') throw new Error('a bug')
    },
  })
  broken = true
  await lane.ask(person('ann', get()))
  const later = lane.ask(person('bob', get()))
  await expect(later).rejects.toMatchObject({ name: 'Stopped', cause: { message: 'a bug' } })
})
