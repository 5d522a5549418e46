import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { openStore } from '../../adapters/store/open.ts'
import { join } from 'node:path'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { sha256 } from '../kit/store.ts'
import { KEY } from '../kit/key.ts'

const MACHINES = 8

/** Machines whose driver has no steps, so that all time goes into deciding. */
const site: Config = {
  platforms: { intel: { arch: 'x86_64', vendor: 'intel' } },
  pools: {
    metal: {
      type: 'metal',
      driver: 'null',
      steps: [],
      machines: Array.from({ length: MACHINES }, (_, index) => ({
        name: `m${index}`,
        platform: 'intel',
        labels: index < 2 ? ['gpu'] : [],
      })),
    },
  },
  tenants: { local: { quota: MACHINES, keys: [KEY] } },
}

let duffy: RunningDuffy
beforeAll(async () => {
  duffy = await runDuffy({ config: site, warm: false })
})
afterAll(() => duffy?.[Symbol.asyncDispose]())

const getNow = (body: Readonly<Record<string, unknown>> = {}) =>
  duffy.api('POST', '/api/v2/requests', { type: 'metal', queue: false, ...body })
const giveBack = (lease: { readonly id: string }) => duffy.api('POST', `/api/v2/leases/${lease.id}/done`)
const atOnce = <T>(count: number, ask: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)))

describe('a real server with eight machines', () => {
  test('gives eight callers, who never want more than there is, no machine twice and no refusal', async () => {
    const holders = new Map<string, number>()
    const faults: string[] = []
    await atOnce(MACHINES, async (caller) => {
      for (let round = 0; round < 40; round += 1) {
        const { status, body } = await getNow()
        if (status !== 201) {
          faults.push(`caller ${caller} was answered ${status}`)
          continue
        }
        const { name } = body.lease.machines[0]
        if (holders.has(name)) faults.push(`${name} has two holders`)
        holders.set(name, caller)
        await duffy.api('GET', `/api/v2/leases/${body.lease.id}`)
        holders.delete(name)
        const back = await giveBack(body.lease)
        if (back.status !== 200) faults.push(`${body.lease.id} was given back with ${back.status}`)
      }
    })
    expect(faults).toEqual([])
  })

  test('gives two callers of one moment the two machines that have what both ask for', async () => {
    const replies = await atOnce(2, () => getNow({ labels: ['gpu'] }))
    expect(replies.map(({ status }) => status)).toEqual([201, 201])
    expect(new Set(replies.map(({ body }) => body.lease.machines[0].name))).toEqual(new Set(['m0', 'm1']))
    for (const { body } of replies) await giveBack(body.lease)
  })

  test('gives nobody more than they asked for, and no less', async () => {
    const counts = [3, 1, 2, 1]
    const replies = await atOnce(counts.length, (index) => getNow({ count: counts[index] }))
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(replies.map(({ body }) => body.lease.machines.length)).toEqual(counts)
    const names = replies.flatMap(({ body }) => body.lease.machines.map(({ name }: { name: string }) => name))
    expect(new Set(names).size).toBe(7)
    for (const { body } of replies) await giveBack(body.lease)
  })

  test('lets exactly one of twenty through who ask at once for the last that a quota allows', async () => {
    const before = await getNow({ count: MACHINES - 1 })
    const replies = await atOnce(20, () => duffy.api('POST', '/api/v2/requests', { type: 'metal' }))
    const granted = replies.filter(({ status }) => status === 201)
    expect(granted).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 202)).toEqual([])
    for (const { body } of [before, ...granted]) await giveBack(body.lease)
  })

  test('stopped in its tracks keeps its store to itself, and goes on where it was', async () => {
    const lease = await getNow()
    process.kill(duffy.pid, 'SIGSTOP')
    await expect(openStore({ file: join(duffy.dataDir, 'duffy.db'), hash: sha256 })).rejects.toThrow(String(duffy.pid))
    process.kill(duffy.pid, 'SIGCONT')
    const back = await giveBack(lease.body.lease)
    expect(back.status).toBe(200)
    const { body } = await duffy.operate('GET', '/api/v2/verify')
    expect(body).toMatchObject({ ok: true })
  })
})
