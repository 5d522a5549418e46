import { describe, expect, onTestFinished, test } from 'vitest'
import { NO_HASH, type LeaseId, type RequestId, type RunId, type TenantName } from '#core'
import type { Store } from '../../../adapters/store/port.ts'
import { disagreements, duffy, get, instant, openLane, person, setUp, siteWith } from '../../kit/store.ts'

/** What every store must do, whatever it is made of. `open` gives an empty one. */
export const storeContract = (open: () => Promise<AsyncDisposable & { readonly store: Store }>): void => {
  const opened = async (): Promise<Store> => {
    const { store, ...rest } = await open()
    onTestFinished(() => rest[Symbol.asyncDispose]())
    return store
  }
  const lent = async (machines = 4) => {
    const store = await opened()
    const lane = await openLane(store)
    await setUp(lane, siteWith(machines))
    return { store, lane }
  }

  describe('the state', () => {
    test('is empty at first', async () => {
      const { fleet, head } = await (await opened()).load()
      expect(fleet.machines.size).toBe(0)
      expect(head).toEqual({ turn: 0, seq: 0, hash: NO_HASH, at: 0 })
    })

    test('comes back as it was left, and is what the log says', async () => {
      const { store, lane } = await lent()
      const keys = [{ fingerprint: `SHA256:${'b'.repeat(43)}` as never, line: 'ssh-ed25519 BBBB' }]
      await lane.ask(
        person('ann', get({ keys, metadata: { build: 'job#1' }, reason: 'a "quoted" reason \u2028 ünïcode' })),
      )
      await lane.ask(person('bob', get({ count: 2, platform: 'prefer' })))
      await lane.ask(person('ann', { do: 'extend', what: null, byMs: 60_000 }))
      await lane.ask(person('ann', { do: 'hold', what: null, forMs: null, reason: 'panic in ext4' }))
      await lane.ask(person('eve', get({ count: 4 })))
      await lane.ask(person('bob', { do: 'done', what: null }))
      expect(await disagreements(store, lane.fleet)).toEqual([])
      expect((await store.load()).head).toEqual(lane.state().head)
    })

    test('keeps where operators are told things, and what they know', async () => {
      const { store, lane } = await lent(1)
      const places = [{ door: 'irc:libera', room: '#lab-ops' }]
      await lane.ask(duffy({ do: 'configure', site: { ...siteWith(5), digest: 'told', operators: places } }))
      const site = lane.fleet.site.get('site')
      expect(site).toMatchObject({ operators: { places, toldAt: 0, empty: [] } })
      expect((await store.load()).fleet.site.get('site')).toEqual(site)
      expect(await disagreements(store, lane.fleet)).toEqual([])
    })

    test('keeps the terms of tenants', async () => {
      const { store, lane } = await lent(1)
      const tenant = 'infra' as TenantName
      const terms = {
        quota: 3,
        weight: 1.5,
        priority: 2,
        defaultMs: 1_000_000,
        longestMs: 2_000_000,
        holds: 4,
        holdMs: 5,
      }
      await lane.ask(duffy({ do: 'addTenant', tenant, terms, keys: [], apiKeys: [], v3Key: null }))
      expect((await store.load()).fleet.tenants.get(tenant)).toMatchObject(terms)
      await lane.ask(duffy({ do: 'setTenant', tenant, terms: { defaultMs: null }, keys: null }))
      expect((await store.load()).fleet.tenants.get(tenant)).toMatchObject({ ...terms, defaultMs: null })
      expect(await disagreements(store, lane.fleet)).toEqual([])
    })

    test('keeps what it knows of machines in every state', async () => {
      const { store, lane } = await lent(1)
      const site = siteWith(5)
      const [pool] = site.pools
      await lane.ask(
        duffy({
          do: 'configure',
          site: { ...site, digest: 'with steps', pools: [{ ...pool!, steps: ['provision', 'recycle', 'grant'] }] },
        }),
      )
      await lane.ask(duffy({ do: 'sweep' }))
      const runs = [...lane.fleet.runs.values()]
      expect(runs.map(({ step }) => step)).toContain('provision')
      for (const [index, { id, fence }] of runs.entries()) {
        const message = 'task "boot" failed'
        const report = {
          address: '10.1.1.1',
          port: 22,
          user: 'root',
          hostKeys: ['ssh-ed25519 AAAA'],
          facts: { cpus: 4 },
          data: { uuid: 'x' },
        }
        const result =
          index % 2 === 0 ? ({ outcome: 'failed', message } as const) : ({ outcome: 'ok', report } as const)
        await lane.ask(duffy({ do: 'finishRun', run: id, fence, result }))
      }
      await lane.ask(
        duffy({ do: 'configure', site: { ...site, digest: 'fewer', machines: site.machines.slice(0, 2) } }),
      )
      expect(await disagreements(store, lane.fleet)).toEqual([])
    })
  })

  describe('what is over', () => {
    test('a lease keeps its row, ended', async () => {
      const { store, lane } = await lent()
      const answer = await lane.ask(person('ann', get()))
      const lease = (answer as { outcome: { lease: LeaseId; request: RequestId } }).outcome
      expect((await store.lease(lease.lease))?.state.status).toBe('active')
      await lane.ask(person('ann', { do: 'done', what: null }))
      expect(lane.fleet.leases.get(lease.lease)).toBeUndefined()
      expect((await store.lease(lease.lease))?.state).toMatchObject({ status: 'ended', how: 'done' })
      expect((await store.lease(lease.lease))?.machines).toHaveLength(1)
      expect((await store.request(lease.request))?.state).toMatchObject({ status: 'granted', lease: lease.lease })
    })

    test('a lease that ends in the batch that granted it is found ended', async () => {
      const { store, lane } = await lent()
      const [answer] = await Promise.all([
        lane.ask(person('ann', get())),
        lane.ask(person('ann', { do: 'done', what: null })),
      ])
      const { lease } = (answer as { outcome: { lease: LeaseId } }).outcome
      expect(lane.state().counts.commands - 2).toBeGreaterThan(0)
      expect((await store.lease(lease))?.state.status).toBe('ended')
      expect(await disagreements(store, lane.fleet)).toEqual([])
    })

    test('leases of a tenant come in pages, newest first', async () => {
      const { store, lane } = await lent(5)
      for (let n = 0; n < 5; n += 1) await lane.ask(person('ann', get()))
      for (const lease of [...lane.fleet.leases.values()].slice(0, 3))
        await lane.ask(person('ann', { do: 'done', what: lease.id }))
      const numbers = async (ended: boolean, before?: number) =>
        (
          await store.leasesOf('qa' as TenantName, { ended, limit: 2, ...(before === undefined ? {} : { before }) })
        ).map(({ number }) => number)
      expect(await numbers(true)).toEqual([3, 2])
      expect(await numbers(true, 2)).toEqual([1])
      expect(await numbers(false)).toEqual([5, 4])
    })

    test('a run keeps how it ended', async () => {
      const { store, lane } = await lent(1)
      const site = siteWith(2)
      await lane.ask(
        duffy({
          do: 'configure',
          site: { ...site, digest: 'steps', pools: [{ ...site.pools[0]!, steps: ['provision'] }] },
        }),
      )
      await lane.ask(duffy({ do: 'sweep' }))
      const [run] = lane.fleet.runs.values()
      expect((await store.run(run!.id))?.ended).toBeNull()
      await lane.ask(
        duffy({ do: 'finishRun', run: run!.id, fence: run!.fence, result: { outcome: 'failed', message: 'no power' } }),
      )
      expect(await store.run(run!.id)).toMatchObject({
        run: { id: run!.id },
        ended: { outcome: 'failed', message: 'no power' },
      })
      const [latest, first] = await store.runsOf({ machine: run!.machine }, 10)
      expect([latest?.ended, first?.run.id]).toEqual([null, run!.id])
      expect(await store.runsOf({ lease: 'L222' as LeaseId }, 10)).toEqual([])
    })

    test('what never was is undefined', async () => {
      const store = await opened()
      expect([
        await store.lease('L222' as LeaseId),
        await store.request('R222' as RequestId),
        await store.run('N222' as RunId),
      ]).toEqual([undefined, undefined, undefined])
    })
  })

  describe('a transaction', () => {
    test('that writes nothing leaves no trace', async () => {
      const store = await opened()
      expect(await store.transaction((turn) => turn.turn())).toBe(1)
      expect(await store.transaction((turn) => turn.turn())).toBe(1)
    })

    test('that throws leaves no trace, and the next one works', async () => {
      const { store, lane } = await lent()
      const before = await store.load()
      const broken = store.transaction(async (turn) => {
        await turn.turn()
        await turn.write({ at: instant(1), records: [], changes: [], runEnds: new Map(), answers: [], notices: [] })
        throw new Error('after all')
      })
      await expect(broken).rejects.toThrow('after all')
      expect((await store.load()).head).toEqual(before.head)
      await lane.ask(person('ann', get()))
      expect(await disagreements(store, lane.fleet)).toEqual([])
    })

    test('does not let a machine be lent twice, whatever it is told', async () => {
      const { store, lane } = await lent()
      await lane.ask(person('ann', get()))
      await lane.ask(person('bob', get()))
      const [first, second] = [...lane.fleet.leases.values()]
      const change = {
        table: 'lease',
        key: second!.id,
        before: second,
        after: { ...second!, machines: first!.machines },
      }
      const batch = {
        at: instant(1),
        records: [],
        changes: [{ ...change, last: change.after }],
        runEnds: new Map(),
        answers: [],
        notices: [],
      }
      const write = store.transaction(async (turn) => {
        await turn.turn()
        await turn.write(batch)
      })
      await expect(write).rejects.toThrow(/unique/i)
      expect(await disagreements(store, lane.fleet)).toEqual([])
    })

    test('does not write a machine with a fence older than it has', async () => {
      const { store, lane } = await lent()
      await lane.ask(person('ann', get()))
      const machine = [...lane.fleet.machines.values()].find(({ fence }) => fence > 0)!
      const after = { ...machine, fence: machine.fence - 1 }
      const change = { table: 'machine', key: machine.name, before: machine, after, last: after }
      const write = store.transaction(async (turn) => {
        await turn.turn()
        await turn.write({
          at: instant(1),
          records: [],
          changes: [change],
          runEnds: new Map(),
          answers: [],
          notices: [],
        })
      })
      await expect(write).rejects.toThrow('only 0 of 1 rows of machine were as expected')
    })

    test('does not let a thing that is not over leave the fleet', async () => {
      const { store, lane } = await lent()
      await lane.ask(person('ann', get()))
      const [lease] = lane.fleet.leases.values()
      const change = { table: 'lease', key: lease!.id, before: lease, after: undefined, last: lease }
      const write = store.transaction(async (turn) => {
        await turn.turn()
        await turn.write({
          at: instant(1),
          records: [],
          changes: [change],
          runEnds: new Map(),
          answers: [],
          notices: [],
        })
      })
      await expect(write).rejects.toThrow('left the fleet without an end')
    })

    test('knows what identifies people that was written since a turn, erased texts included', async () => {
      const store = await opened()
      const write = (ref: string, text: string | null) =>
        store.transaction(async (turn) => {
          await turn.turn()
          const after = text === null ? undefined : { ref, text }
          const changes = [{ table: 'personal', key: ref, before: undefined, after, last: after }]
          await turn.write({ at: instant(1), records: [], changes, runEnds: new Map(), answers: [], notices: [] })
        })
      await write('P1', 'irc:libera:ann')
      await write('P2', 'irc:libera:bob')
      await write('P1', null)
      expect(await store.personal()).toEqual([{ ref: 'P2', text: 'irc:libera:bob' }])
      const news = await store.transaction(async (turn) => turn.personalAfter((await turn.turn()) - 3))
      expect(news).toEqual([
        { ref: 'P1', text: null },
        { ref: 'P2', text: 'irc:libera:bob' },
      ])
    })
  })

  describe('the log', () => {
    test('is read in pages, in order, without gaps', async () => {
      const { store, lane } = await lent()
      for (let n = 0; n < 4; n += 1) await lane.ask(person('ann', get()))
      const { seq } = lane.state().head
      const all = await store.records(0, 1_000)
      expect(all.map((record) => record.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1))
      expect(await store.records(seq - 2, 1)).toEqual([all[seq - 2]])
      expect(await store.verifyChain()).toEqual({ ok: true, records: seq, hash: lane.state().head.hash })
    })
  })

  describe('answers and notices', () => {
    test('are written with the commands, and forgotten when they are old', async () => {
      const { store, lane } = await lent()
      const when = lane.state().head.at
      await lane.ask(person('ann', get(), 'once'))
      expect(await store.prune(when)).toBe(0)
      expect(await store.prune(instant(Date.now() + 1_000))).toBe(1)
    })

    test('a notice is due until it is sent or given up', async () => {
      const { store, lane } = await lent()
      await lane.ask(person('ann', get()))
      const now = instant(Date.now())
      const { address } = get()
      const written = store.transaction(async (turn) => {
        await turn.turn()
        const message = { type: 'leaseReady', lease: 'L222' as LeaseId } as const
        const notices = ['ann', 'ben', 'cal'].map((name) => ({
          to: { ...address!, identity: `irc:net:${name}` as never },
          message,
        }))
        await turn.write({ at: now, records: [], changes: [], runEnds: new Map(), answers: [], notices })
      })
      await written
      const due = (await store.dueNotices(now, 10)).filter(({ at }) => at === now)
      expect(due).toHaveLength(3)
      const others = await store.dueNotices(now, 10, ['irc:net:ann', 'irc:net:cal'])
      expect(others.filter(({ at }) => at === now)).toEqual([due[1]])
      const [first, second, third] = due
      expect(first).toMatchObject({
        to: { nick: address!.nick },
        message: { type: 'leaseReady', lease: 'L222' },
        attempts: 0,
      })
      await store.noticeSent(first!.id, now)
      await store.noticeFailed(second!.id, 'no route', instant(now), instant(now + 1_000))
      await store.noticeFailed(third!.id, 'no such room', instant(now), null)
      expect((await store.dueNotices(now, 10)).filter(({ at }) => at === now)).toEqual([])
      const later = await store.dueNotices(instant(now + 1_000), 10)
      expect(later.filter(({ at }) => at === now)).toEqual([{ ...second, attempts: 1 }])
      expect(await store.prune(instant(now + 1))).toBe(2)
    })

    test('what somebody is to be told comes in order, and waits for what could not be told yet', async () => {
      const { store } = await lent()
      const now = instant(Date.now())
      const notice = (name: string, lease: string) => ({
        to: { ...get().address!, identity: `irc:net:${name}` as never },
        message: { type: 'leaseReady', lease: lease as LeaseId } as const,
      })
      const write = (notices: readonly ReturnType<typeof notice>[], at: number) =>
        store.transaction(async (turn) => {
          await turn.turn()
          await turn.write({ at: instant(at), records: [], changes: [], runEnds: new Map(), answers: [], notices })
        })
      const due = async (at: number) =>
        (await store.dueNotices(instant(at), 10)).flatMap(({ message }) => ('lease' in message ? [message.lease] : []))
      await write([notice('ann', 'L1'), notice('ann', 'L2'), notice('ben', 'L3')], now)
      const [first] = await store.dueNotices(now, 10)
      await store.noticeFailed(first!.id, 'nobody was there', now, instant(now + 60_000))
      expect(await due(now)).toEqual(['L3'])
      await write([notice('ann', 'L4')], now + 1)
      expect(await due(now + 1)).toEqual(['L1', 'L2', 'L3', 'L4'])
    })
  })

  describe('claims', () => {
    const group = { host: 'h1', bootId: 'b1', pgid: null, startTicks: null }
    const run = 'N222' as RunId

    test('belong to one host, which may add what it learns', async () => {
      const store = await opened()
      expect(await store.claim(run, group, instant(1))).toBe(true)
      expect(await store.claim(run, { ...group, host: 'h2' }, instant(2))).toBe(false)
      expect(await store.claim(run, { ...group, pgid: 77, startTicks: 5 }, instant(3))).toBe(true)
      expect(await store.claims()).toEqual([{ run, ...group, pgid: 77, startTicks: 5, claimedAt: 1 }])
    })

    test('are given back', async () => {
      const store = await opened()
      await store.claim(run, group, instant(1))
      await store.release(run)
      expect(await store.claims()).toEqual([])
      expect(await store.claim(run, { ...group, host: 'h2' }, instant(2))).toBe(true)
    })
  })
}
