import { webApi } from '@slack/bolt'
import type { Limits } from './options.ts'

/** The only way out for messages: in order within a channel, one a second, and silent for as long as Slack asks. */
export interface Pace {
  /** Does the work when the channel's turn comes, again if Slack says "later". `stale`: that was after `until`, and it was not done. */
  post<T>(channel: string, work: () => Promise<T>, until?: number): Promise<T | 'stale'>
  close(): void
}

export const pace = (limits: Pick<Limits, 'everyMs' | 'waiting'>, clock: () => number): Pace => {
  const closing = new AbortController()
  const channels = new Map<string, { tail: Promise<unknown>; nextAt: number; waiting: number }>()
  /** Slack limits a workspace as a whole, too. */
  let silentUntil = 0

  const turn = async <T>(channel: { nextAt: number }, work: () => Promise<T>, until: number): Promise<T | 'stale'> => {
    for (;;) {
      const at = Math.max(channel.nextAt, silentUntil)
      if (at > until) return 'stale'
      await pause(at - clock(), closing.signal)
      if (closing.signal.aborted) throw new Error('Duffy is stopping')
      // Somebody else may have been asked to be silent meanwhile.
      if (silentUntil > clock()) continue
      channel.nextAt = clock() + limits.everyMs
      try {
        return await work()
      } catch (fault) {
        if (!(fault instanceof webApi.WebAPIRateLimitedError)) throw fault
        silentUntil = Math.max(silentUntil, clock() + fault.retryAfter * 1000)
      }
    }
  }

  return {
    async post(name, work, until = Number.POSITIVE_INFINITY) {
      const channel = channels.get(name) ?? { tail: Promise.resolve(), nextAt: 0, waiting: 0 }
      if (channel.waiting >= limits.waiting) throw new Error(`too much waits to be said in ${name}`)
      channels.set(name, channel)
      channel.waiting += 1
      const mine = channel.tail.then(() => turn(channel, work, until))
      channel.tail = mine.catch(() => {})
      try {
        return await mine
      } finally {
        channel.waiting -= 1
        if (channel.waiting === 0) setTimeout(() => forget(name), limits.everyMs).unref()
      }
    },
    close: () => closing.abort(),
  }

  function forget(name: string): void {
    if (channels.get(name)?.waiting === 0) channels.delete(name)
  }
}

export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (ms <= 0 || signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
