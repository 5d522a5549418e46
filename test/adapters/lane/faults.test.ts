import { describe, expect, onTestFinished, test } from 'vitest'
import { Fault, type Answer } from '../../../adapters/lane.ts'
import type { Ledger, Store } from '../../../adapters/store/port.ts'
import { Broken, faulty, type StoreCall } from '../../kit/store-faults.ts'
import { disagreements, duffy, get, openLane, person, setUp, siteWith, temporaryStore } from '../../kit/store.ts'

const lent = async (machines: number): Promise<Store> => {
  const { store, ...temporary } = await temporaryStore()
  onTestFinished(() => temporary[Symbol.asyncDispose]())
  await setUp(await openLane(store), siteWith(machines))
  return store
}

const openFaulty = async (store: Store, spoil: (call: StoreCall, when: 'before' | 'after') => void) => {
  const ledger: Ledger = faulty(store, spoil)
  return openLane(store, { store: ledger })
}

const untilItWorks = async (work: () => Promise<unknown>): Promise<void> => {
  while (
    !(await work().then(
      () => true,
      () => false,
    ))
  );
}

describe('a store that fails', () => {
  /** Fails the n-th call, and every one after it for as long as `times` says. */
  const failing = (from: number, times: number, when: 'before' | 'after') => {
    let calls = 0
    const spoiled: StoreCall[] = []
    const spoil = (call: StoreCall, now: 'before' | 'after'): void => {
      if (now !== when) return
      calls += 1
      if (calls < from || calls >= from + times) return
      spoiled.push(call)
      throw new Broken(`${call} failed ${when} its effect`)
    }
    return { spoil, spoiled }
  }

  test.each([
    { when: 'before', times: 1 },
    { when: 'after', times: 1 },
    { when: 'before', times: 2 },
    { when: 'after', times: 2 },
    { when: 'after', times: 7 },
  ] as const)(
    'at any call, $when its effect, $times in a row: each command is done once or not at all, and its caller knows',
    async ({ when, times }) => {
      const store = await lent(1_000)
      const seen = new Set<StoreCall>()
      let granted = 0
      for (let from = 1; ; from += 1) {
        const { spoil, spoiled } = failing(from, times, when)
        const lane = await openFaulty(store, spoil)
        const asked = Array.from({ length: 6 }, (_, n) =>
          person(`p${n}`, get(), n % 2 === 0 ? `${when} ${times} ${from} ${n}` : null),
        )
        const first = Promise.allSettled(asked.slice(0, 4).map((each) => lane.ask(each)))
        const second = first.then(() => Promise.allSettled(asked.slice(4).map((each) => lane.ask(each))))
        const results = [...(await first), ...(await second)]
        for (const call of spoiled) seen.add(call)
        for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Fault)
        const done = results.filter(({ status }) => status === 'fulfilled').length
        const unknown = results.filter(
          (result) => result.status === 'rejected' && result.reason.outcome === 'unknown',
        ).length
        await untilItWorks(() => lane.ask(duffy({ do: 'sweep' })))
        const now = lane.fleet.leases.size
        expect(now - granted).toBeGreaterThanOrEqual(done)
        expect(now - granted).toBeLessThanOrEqual(done + unknown)
        granted = now
        expect(await disagreements(store, lane.fleet)).toEqual([])
        if (spoiled.length === 0) break
        if (times < 3) expect(done).toBe(6)
      }
      expect([...seen]).toEqual(expect.arrayContaining(['begin', 'turn', 'answers', 'write', 'commit']))
    },
  )

  test('a command that breaks every commit it is in is found out, and breaks no other', async () => {
    const store = await lent(40)
    const ledger: Ledger = {
      load: () => store.load(),
      transaction: (work) =>
        store.transaction((turn) =>
          work({
            ...turn,
            async write(batch) {
              await turn.write(batch)
              if (batch.records.some(({ text }) => text.includes('"reason":"poison"')))
                throw new Broken('constraint failed')
            },
          }),
        ),
    }
    const lane = await openLane(store, { store: ledger })
    const asked = Array.from({ length: 20 }, (_, n) =>
      lane.ask(person(`p${n}`, get({ reason: n === 7 ? 'poison' : '' }), `k${n}`)),
    )
    const results = await Promise.allSettled(asked)
    expect(results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([7])
    expect(results[7]).toMatchObject({
      reason: { name: 'Fault', outcome: 'notDone', cause: { message: 'constraint failed' } },
    })
    expect(lane.fleet.leases.size).toBe(19)
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })

  test('a commit whose outcome is unknown is not done twice, even where no id tells a repeat', async () => {
    const store = await lent(8)
    let left = 1
    const lane = await openFaulty(store, (call, when) => {
      if (call === 'commit' && when === 'after' && left-- > 0) throw new Broken('the line went dead')
    })
    const changes: number[] = []
    lane.onCommit((commit) => changes.push(commit.seq))
    const answers = await Promise.all([lane.ask(person('ann', get())), lane.ask(person('bob', get()))])
    expect(answers.map((answer: Answer) => answer.type)).toEqual(['accepted', 'accepted'])
    expect(lane.fleet.leases.size).toBe(2)
    expect(changes).toEqual([lane.state().head.seq])
    expect(lane.fleet.personOf('irc:libera:ann' as never)).toBeDefined()
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })

  test('a store that stays away: callers are told, and the same commands work when it is back', async () => {
    const store = await lent(8)
    let away = true
    const lane = await openFaulty(store, (call) => {
      if (away && call === 'begin') throw new Broken('gone')
    })
    const asked = () => Array.from({ length: 5 }, (_, n) => lane.ask(person(`p${n}`, get(), `k${n}`)))
    const results = await Promise.allSettled(asked())
    expect(results.every((result) => result.status === 'rejected' && result.reason.outcome === 'notDone')).toBe(true)
    away = false
    expect((await Promise.all(asked())).every(({ type }) => type === 'accepted')).toBe(true)
    expect(await disagreements(store, lane.fleet)).toEqual([])
  })

  test('a commit that may have been done, and a store that then stays away: the fault says so', async () => {
    const store = await lent(8)
    let away = false
    const lane = await openFaulty(store, (call, when) => {
      if (away && call === 'begin') throw new Broken('gone')
      if (call === 'commit' && when === 'after' && !away) {
        away = true
        throw new Broken('the line went dead')
      }
    })
    await expect(lane.ask(person('ann', get(), 'k'))).rejects.toMatchObject({ name: 'Fault', outcome: 'unknown' })
    away = false
  })
})

describe('another lane on the same store', () => {
  test('each takes in what the other did, and decides on it', async () => {
    const store = await lent(40)
    const lanes = [await openLane(store), await openLane(store)] as const
    for (let n = 0; n < 10; n += 1) {
      const answers = await Promise.all(
        lanes.flatMap((lane, index) => [
          lane.ask(person(`p${index}`, get(), `k${n}`)),
          lane.ask(person(`q${n}`, get())),
        ]),
      )
      expect(answers.every(({ type }) => type === 'accepted')).toBe(true)
    }
    for (const lane of lanes) await lane.ask(duffy({ do: 'sweep' }))
    expect(lanes[0].fleet.leases.size).toBe(40)
    for (const lane of lanes) expect(await disagreements(store, lane.fleet)).toEqual([])
  })

  test('a repeat asked of the other is given the same answer', async () => {
    const store = await lent(8)
    const [left, right] = [await openLane(store), await openLane(store)]
    const first = await left.ask(person('ann', get(), 'k'))
    expect(await right.ask(person('ann', get(), 'k'))).toMatchObject(first)
    expect(right.fleet.leases.size).toBe(1)
  })
})

describe('a store that is behind memory', () => {
  test('stops the lane, which answers nothing any more', async () => {
    const store = await lent(8)
    const { fleet, head } = await store.load()
    const lane = await openLane(store, { fleet, head: { ...head, turn: head.turn + 5 } })
    await expect(lane.ask(person('ann', get()))).rejects.toMatchObject({ name: 'Stopped' })
    await expect(lane.ask(person('ann', get()))).rejects.toThrow('Duffy has stopped')
    await expect(lane.read(() => 1)).rejects.toThrow('Duffy has stopped')
    expect(lane.state().stopped).toMatchObject({ name: 'Stopped' })
  })

  test('stops the lane when the log is not the one that was written', async () => {
    const store = await lent(8)
    const { fleet, head } = await store.load()
    const lane = await openLane(store, { fleet, head: { ...head, turn: head.turn - 1, hash: 'f'.repeat(64) } })
    const asking = [lane.ask(person('ann', get())), lane.ask(person('bob', get()))]
    for (const result of await Promise.allSettled(asking)) expect(result).toMatchObject({ reason: { name: 'Stopped' } })
    expect((await store.load()).head).toEqual(head)
  })
})
