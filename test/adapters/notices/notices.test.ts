import { afterEach, describe, expect, test, vi } from 'vitest'
import { recipientOf, type Address, type Notice } from '#core'
import { notices, type Delivery, type DueNotice, type NoticePorts } from '../../../adapters/notices/notices.ts'
import { until } from '../../kit/until.ts'

const noticeTo = (door: string, name = 'alice'): Notice => ({
  to: { door, identity: `irc:net:${name}` as never, nick: 'alice', room: null },
  message: { type: 'leaseReady', lease: 'L222' as never },
})

/** An outbox in memory, and a door that answers as the test says. */
const rig = (
  waiting: DueNotice[],
  answers: (Delivery | Error)[],
  routes: (notice: Notice) => readonly Address[] | null = ({ to }) => [to],
) => {
  const told: number[] = []
  const at: string[] = []
  const gone: { id: number; message: string; retryAfterMs: number | null }[] = []
  const ports: NoticePorts = {
    async due(limit, except) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      return waiting.filter(({ notice }) => !except.includes(recipientOf(notice.to))).slice(0, limit)
    },
    routes: async (notice) => routes(notice),
    sent: async (id) => {
      told.push(id)
      waiting.splice(
        waiting.findIndex((due) => due.id === id),
        1,
      )
    },
    failed: async (id, message, retryAfterMs) => {
      gone.push({ id, message, retryAfterMs })
      waiting.splice(
        waiting.findIndex((due) => due.id === id),
        1,
      )
    },
    door: (name) =>
      ['irc', 'slack:T', 'mail'].includes(name)
        ? async (to) => {
            at.push(to.door)
            const answer = answers.shift() ?? 'sent'
            if (answer instanceof Error) throw answer
            return answer
          }
        : undefined,
    onCommit: () => () => {},
    log: () => {},
  }
  return { told, gone, at, ports }
}
/** Starts telling, and stops at the end of the block. */
const telling = (ports: NoticePorts, body: () => Promise<void>): Promise<void> => {
  const running = notices(ports)
  return body().finally(() => running[Symbol.asyncDispose]())
}

/** Where the outbox is not looked at just because time passes. */
afterEach(() => void vi.useRealTimers())

describe('notices', () => {
  test('are told in order, once each', async () => {
    const { told, ports } = rig(
      [1, 2, 3].map((id) => ({ id, notice: noticeTo('irc'), attempts: 0 })),
      [],
    )
    await telling(ports, () => until(() => told.length === 3))
    expect(told).toEqual([1, 2, 3])
  })

  test('somebody who is away is tried again, later each time', async () => {
    const { gone, ports } = rig([{ id: 1, notice: noticeTo('irc'), attempts: 3 }], ['absent'])
    await telling(ports, () => until(() => gone.length === 1))
    expect(gone).toEqual([{ id: 1, message: 'irc: nobody was there', retryAfterMs: 16_000 }])
  })

  test('a fault of the door does not hold up what others are to be told', async () => {
    const { told, gone, ports } = rig(
      [1, 2].map((id) => ({ id, notice: noticeTo('irc', id === 1 ? 'alice' : 'bob'), attempts: 0 })),
      [new Error('cut')],
    )
    await telling(ports, () => until(() => told.length === 1))
    expect(gone.map(({ id }) => id)).toEqual([1])
    expect(told).toEqual([2])
  })

  test('of whom a door tells slowly hold nobody else up, and none of them is told twice', async () => {
    const { told, ports } = rig(
      ['alice', 'bob', 'alice', 'bob'].map((name, id) => ({ id, notice: noticeTo('irc', name), attempts: 0 })),
      [],
    )
    const slow = Promise.withResolvers<'sent'>()
    const asked: string[] = []
    const door = () => async (to: Address) => {
      asked.push(to.identity)
      return to.identity.endsWith('alice') && asked.filter((one) => one === to.identity).length === 1
        ? slow.promise
        : ('sent' as const)
    }
    let commit = (): void => {}
    const onCommit = (listener: () => void) => {
      commit = listener
      return () => {}
    }
    await telling({ ...ports, door, onCommit }, async () => {
      await until(() => told.length === 2)
      expect(told).toEqual([1, 3])
      commit()
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(asked).toEqual(['irc:net:alice', 'irc:net:bob', 'irc:net:bob'])
      slow.resolve('sent')
      await until(() => told.length === 4)
    })
    expect(told).toEqual([1, 3, 0, 2])
    expect(asked).toHaveLength(4)
  })

  test('of somebody who has many to be told hold nobody else up', async () => {
    const { told, ports } = rig(
      Array.from({ length: 121 }, (_, id) => ({
        id,
        notice: noticeTo('irc', id === 120 ? 'bob' : 'alice'),
        attempts: 0,
      })),
      [],
    )
    const slow = Promise.withResolvers<'sent'>()
    const door = () => async (to: Address) => (to.identity.endsWith('alice') ? slow.promise : ('sent' as const))
    vi.useFakeTimers({ toFake: ['setInterval'] })
    await telling({ ...ports, door }, async () => {
      await until(() => told.length === 1)
      expect(told).toEqual([120])
      slow.resolve('sent')
      await until(() => told.length === 121)
    })
    expect(told.slice(1)).toEqual(Array.from({ length: 120 }, (_, id) => id))
  })

  test('of one who is being told something are told right after it', async () => {
    const waiting: DueNotice[] = [{ id: 1, notice: noticeTo('irc'), attempts: 0 }]
    const { told, ports } = rig(waiting, [])
    const slow = Promise.withResolvers<'sent'>()
    let asked = 0
    const door = () => () => ((asked += 1) === 1 ? slow.promise : Promise.resolve('sent' as const))
    vi.useFakeTimers({ toFake: ['setInterval'] })
    await telling({ ...ports, door }, async () => {
      await until(() => asked === 1)
      waiting.push({ id: 2, notice: noticeTo('irc'), attempts: 0 })
      slow.resolve('sent')
      await until(() => told.length === 2)
    })
  })

  test('that a door does not get through with are left at the end, and are not written down any more', async () => {
    const { told, gone, ports } = rig([{ id: 1, notice: noticeTo('irc'), attempts: 0 }], [])
    const slow = Promise.withResolvers<'sent'>()
    let asked = 0
    const door = () => () => {
      asked += 1
      return slow.promise
    }
    const running = notices({ ...ports, door }, 20)
    await until(() => asked === 1)
    await running[Symbol.asyncDispose]()
    slow.resolve('sent')
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect([told, gone]).toEqual([[], []])
  })

  test('wait a while where the outbox cannot be written', async () => {
    const { ports } = rig([{ id: 1, notice: noticeTo('irc'), attempts: 0 }], [])
    let tries = 0
    const sent = async () => {
      tries += 1
      throw new Error('disk full')
    }
    await telling({ ...ports, sent }, async () => {
      await until(() => tries > 0)
      await new Promise((resolve) => setTimeout(resolve, 100))
    })
    expect(tries).toBe(1)
  })

  test('the last try is the last', async () => {
    const { gone, ports } = rig([{ id: 1, notice: noticeTo('irc'), attempts: 11 }], ['absent'])
    await telling(ports, () => until(() => gone.length === 1))
    expect(gone[0]!.retryAfterMs).toBeNull()
  })

  test('a door that is not there is given up at once', async () => {
    const { gone, ports } = rig([{ id: 1, notice: noticeTo('slack'), attempts: 0 }], [])
    await telling(ports, () => until(() => gone.length === 1))
    expect(gone[0]).toMatchObject({ message: 'slack: no such door', retryAfterMs: null })
  })

  test('what comes after one that could not be told waits with it', async () => {
    const { told, gone, ports } = rig(
      [1, 2].map((id) => ({ id, notice: noticeTo('irc'), attempts: 0 })),
      ['absent', 'sent', 'sent'],
    )
    let looks = 0
    const { due } = ports
    const once = { ...ports, due: async (limit: number) => ((looks += 1) === 1 ? due(limit, []) : []) }
    await telling(once, () => until(() => looks > 1 || gone.length > 0))
    expect(gone.map(({ id }) => id)).toEqual([1])
    expect(told).toEqual([])
  })

  const elsewhere = ({ to }: Notice): Address[] => [to, { ...to, door: 'slack:T' }, { ...to, door: 'mail' }]

  test.each([
    [['sent'], ['irc']],
    [
      ['absent', 'sent'],
      ['irc', 'slack:T'],
    ],
    [
      [new Error('closed'), 'absent', 'sent'],
      ['irc', 'slack:T', 'mail'],
    ],
  ] as const)('where %j is the sign of each place, %j are tried', async (answers, tried) => {
    const { told, at, ports } = rig([{ id: 1, notice: noticeTo('irc'), attempts: 0 }], [...answers], elsewhere)
    await telling(ports, () => until(() => told.length === 1))
    expect(at).toEqual(tried)
  })

  test('are tried again while any of the places may take them', async () => {
    const { gone, ports } = rig(
      [{ id: 1, notice: noticeTo('irc'), attempts: 0 }],
      ['absent', 'never', 'never'],
      elsewhere,
    )
    await telling(ports, () => until(() => gone.length === 1))
    expect(gone[0]).toMatchObject({ retryAfterMs: 2_000 })
  })

  test('are given up where none ever will', async () => {
    const { gone, ports } = rig(
      [{ id: 1, notice: noticeTo('irc'), attempts: 0 }],
      ['never', 'never', 'never'],
      elsewhere,
    )
    await telling(ports, () => until(() => gone.length === 1))
    expect(gone[0]).toMatchObject({ retryAfterMs: null })
  })

  test('that say what is so no more are not told', async () => {
    const { told, at, ports } = rig([{ id: 1, notice: noticeTo('irc'), attempts: 0 }], [], () => null)
    await telling(ports, () => until(() => told.length === 1))
    expect(at).toEqual([])
  })
})
