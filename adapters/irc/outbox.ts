import { byteLength } from './clean.ts'
import { bucket } from './bucket.ts'
import type { Limits, Pace } from './options.ts'

/** Who goes first when lines wait. Keep-alive answers never wait: irc-framework writes those itself. */
export const rank = { control: 0, urgent: 1, answer: 2, notice: 3, announcement: 4 } as const
export type Rank = (typeof rank)[keyof typeof rank]

/** `dropped`: it grew stale, the queue was full, or the connection ended. `absent`: its check said no. */
export type Outcome = 'sent' | 'absent' | 'dropped'

export interface Line {
  rank: Rank
  /** The line as the server will read it, for its length and to tell equal ones. */
  wire: string
  send: () => void
  /** Asked when the line's turn has come; on false it is not sent. */
  check?: () => Promise<boolean>
}

/** The only way out for everything except registration and keep-alive: paced, ordered by rank, bounded. */
export interface Outbox {
  put(line: Line): Promise<Outcome>
  readonly length: number
  close(): void
}

export interface OutboxOptions {
  pace: Pace
  limits: Pick<Limits, 'queueLines' | 'staleMs' | 'repeatMs'>
  now?: () => number
  /** Overridden by tests of the order alone. */
  later?: (run: () => void, ms: number) => () => void
}

interface Waiting extends Line {
  at: number
  order: number
  checked: boolean
  settle: (outcome: Outcome) => void
}

const CR_LF = 2

export function outbox(options: OutboxOptions): Outbox {
  const { limits, now = Date.now, later = onTimer } = options
  const flow = bucket(options.pace)
  const announced = new Map<string, number>()
  let queue: Waiting[] = []
  let checking = 0
  let order = 0
  let closed = false
  let cancel: (() => void) | undefined

  const pump = () => {
    cancel?.()
    cancel = undefined
    for (;;) {
      dropStale()
      // One check at a time, so that the lines of one answer keep their order; lines without one need not wait.
      const next = queue.find((line) => !line.check || line.checked || checking === 0)
      if (!next || closed) return
      const bytes = byteLength(next.wire) + CR_LF
      const wait = flow.waitMs(bytes, now())
      if (wait > 0) {
        cancel = later(pump, wait)
        return
      }
      queue.splice(queue.indexOf(next), 1)
      if (next.check && !next.checked) {
        inspect(next, next.check)
        continue
      }
      flow.take(bytes, now())
      next.send()
      next.settle('sent')
    }
  }

  const inspect = (line: Waiting, check: () => Promise<boolean>) => {
    checking += 1
    const resume = (ok: boolean) => {
      checking -= 1
      // It had its turn already, so it goes before its equals.
      if (!ok || closed) line.settle(closed ? 'dropped' : 'absent')
      else insert({ ...line, checked: true, rank: Math.min(line.rank, rank.urgent) as Rank, order: -1 })
      pump()
    }
    check().then(resume, () => resume(false))
  }

  const dropStale = () => {
    const oldest = now() - limits.staleMs
    const stale = queue.filter((line) => line.rank >= rank.notice && line.at < oldest)
    if (stale.length === 0) return
    queue = queue.filter((line) => !stale.includes(line))
    for (const line of stale) line.settle('dropped')
  }

  const insert = (line: Waiting) => {
    const at = queue.findIndex(
      (other) => other.rank > line.rank || (other.rank === line.rank && other.order > line.order),
    )
    queue.splice(at < 0 ? queue.length : at, 0, line)
  }

  /** Whether an equal line is on its way or, if unasked in a room, went out lately: then this one adds nothing. */
  const isRepeat = (line: Line): boolean => {
    if (queue.some((other) => other.wire === line.wire)) return true
    if (line.rank !== rank.announcement) return false
    for (const [wire, at] of announced) if (at < now() - limits.repeatMs) announced.delete(wire)
    if (announced.has(line.wire)) return true
    announced.set(line.wire, now())
    return false
  }

  return {
    put(line) {
      if (closed) return Promise.resolve('dropped')
      if (isRepeat(line)) return Promise.resolve('sent')
      return new Promise((settle) => {
        order += 1
        insert({ ...line, at: now(), order, checked: false, settle })
        if (queue.length > limits.queueLines) queue.pop()?.settle('dropped')
        pump()
      })
    },
    get length() {
      return queue.length + checking
    },
    close() {
      closed = true
      cancel?.()
      for (const line of queue) line.settle('dropped')
      queue = []
    },
  }
}

const onTimer = (run: () => void, ms: number) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}
