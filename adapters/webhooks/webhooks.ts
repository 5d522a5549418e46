import { createHmac } from 'node:crypto'
import {
  DUFFY,
  type Asked,
  type Fleet,
  type Instant,
  type Webhook,
  type WebhookId,
  type LogPosition,
  type Tidings,
} from '#core'
import type { Log } from '../log.ts'
import { rounds } from '../rounds.ts'
import { allowedIn, faultOf, type Networks } from './address.ts'
import { post } from './post.ts'

/** How a webhook stands. What has been told is kept after each post, so that a stop loses nothing and repeats at most one. */
export interface Telling {
  readonly webhook: WebhookId
  readonly upTo: LogPosition
  /** In a row. */
  readonly failures: number
  /** When the next try is due. */
  readonly nextAt: Instant
}

export interface WebhookPorts {
  /** What all secrets follow from. */
  readonly key: string
  readonly allow: Networks
  ask(asked: Omit<Asked, 'at'>): Promise<unknown>
  read<T>(look: (fleet: Fleet, at: Instant) => T): Promise<T>
  after(
    from: LogPosition,
    records: number,
  ): Promise<{ readonly tidings: readonly Tidings[]; readonly upTo: LogPosition }>
  placeOf(id: string): LogPosition | null
  /** The number of the last record that was made before an instant. */
  lastBefore(at: Instant): Promise<number>
  tellings(): Promise<readonly Telling[]>
  put(telling: Telling): Promise<void>
  remove(webhook: WebhookId): Promise<void>
  onCommit(listener: () => void): () => void
  readonly clock: () => number
  readonly log: Log
  readonly limits?: Partial<WebhookLimits>
}

export interface WebhookLimits {
  /** Webhooks that are posted to at once. */
  readonly atOnce: number
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  /** Failures in a row after which one is given up: with the pauses between them, about a day. */
  readonly tries: number
  readonly deadlineMs: number
  readonly lookEveryMs: number
}

const LIMITS: WebhookLimits = {
  atOnce: 8,
  firstPauseMs: 2_000,
  longestPauseMs: 3_600_000,
  tries: 33,
  deadlineMs: 10_000,
  lookEveryMs: 1_000,
}
/** Records looked through at a time, and those after which it is kept that nothing in them was for a webhook. */
const PAGE = 200
const KEPT_EVERY = 1_000

export interface WebhookDesk extends AsyncDisposable {
  /** What is wrong with an address, as a sentence; null: nothing that is known before it is posted to. */
  faultOf(url: string): string | null
  /** What is posted to it is signed with. */
  secretOf(webhook: WebhookId): string
}

/** Posts what happens to whoever wants to be told: at least once, each in the order of the log, one after the other. */
export const webhooks = async (ports: WebhookPorts): Promise<WebhookDesk> => {
  const { log, clock } = ports
  const limits = { ...LIMITS, ...ports.limits }
  const allowed = allowedIn(ports.allow)
  const secretOf = (id: WebhookId): string => `whsec_${createHmac('sha256', ports.key).update(id).digest('base64')}`
  const known = new Map((await ports.tellings()).map((telling) => [telling.webhook, telling]))
  const busy = new Map<WebhookId, Promise<void>>()
  let stopped = false

  const keep = async (telling: Telling): Promise<Telling> => {
    known.set(telling.webhook, telling)
    await ports.put(telling)
    return telling
  }

  const begun = async ({ id, addedAt }: Webhook): Promise<Telling> => {
    const upTo = { seq: await ports.lastBefore(addedAt), index: Infinity }
    return keep({ webhook: id, upTo, failures: 0, nextAt: addedAt })
  }

  /** Null: it is to be tried again later, or never. */
  const deliver = async (webhook: Webhook, telling: Telling, tidings: Tidings): Promise<Telling | null> => {
    const { id, url } = webhook
    const body = JSON.stringify({ type: tidings.type, timestamp: tidings.at, data: tidings })
    const delivery = { url, secret: secretOf(id), id: `${id}-${tidings.id}`, body }
    const posted = await post(delivery, { allowed, now: clock, deadlineMs: limits.deadlineMs })
    if (posted.type === 'taken')
      return keep({ ...telling, upTo: ports.placeOf(tidings.id)!, failures: 0, nextAt: clock() as Instant })
    const failures = telling.failures + 1
    const pauseMs = Math.min(limits.firstPauseMs * 2 ** (failures - 1), limits.longestPauseMs)
    await keep({ ...telling, failures, nextAt: (clock() + pauseMs) as Instant })
    log('warn', 'a webhook could not be posted to', { webhook: id, failures, why: posted.why })
    if (failures >= limits.tries || posted.type === 'gone') {
      const command = { do: 'disableWebhook', webhook: id, failures, because: posted.why } as const
      await ports.ask({ id: null, by: DUFFY, door: 'webhooks', command })
    }
    return null
  }

  /** Tells one what it was not told of yet, until there is no more, or it fails. */
  const tell = async (webhook: Webhook): Promise<void> => {
    let telling: Telling | null = known.get(webhook.id) ?? (await begun(webhook))
    let at = telling.upTo
    for (;;) {
      const { tidings, upTo } = await ports.after(at, PAGE)
      const own = tidings.filter(({ tenant }) => webhook.tenant === null || tenant === webhook.tenant)
      for (const one of own) {
        if (stopped || (await isOff(webhook.id))) return
        telling = await deliver(webhook, telling, one)
        if (telling === null) return
      }
      const isThrough = upTo.seq === at.seq
      at = upTo
      telling = { ...telling, upTo: at }
      const before = known.get(webhook.id)?.upTo.seq ?? 0
      known.set(webhook.id, telling)
      if (own.length > 0 || at.seq >= before + KEPT_EVERY) await keep(telling)
      if (isThrough) return
    }
  }

  const isOff = (id: WebhookId): Promise<boolean> =>
    ports.read(({ webhooks: all }) => all.get(id) === undefined || all.get(id)?.disabled !== null)

  const looking = rounds(
    async () => {
      const all = await ports.read((fleet) => [...fleet.webhooks.values()])
      const ids = new Set(all.map(({ id }) => id))
      for (const id of known.keys()) {
        if (ids.has(id) || busy.has(id)) continue
        known.delete(id)
        await ports.remove(id)
      }
      for (const webhook of all) {
        const { id, disabled } = webhook
        if (stopped || busy.size >= limits.atOnce) return
        if (disabled !== null || busy.has(id) || (known.get(id)?.nextAt ?? 0) > clock()) continue
        const work = tell(webhook)
          .catch((fault: unknown) => log('error', 'a webhook could not be told', { webhook: id, fault }))
          .finally(() => busy.delete(id))
        busy.set(id, work)
      }
    },
    (fault) => log('error', 'webhooks could not be looked after', { fault }),
  )
  const unsubscribe = ports.onCommit(looking.ask)
  const timer = setInterval(looking.ask, limits.lookEveryMs)
  looking.ask()
  return {
    faultOf: (url) => faultOf(url, allowed),
    secretOf,
    async [Symbol.asyncDispose]() {
      stopped = true
      clearInterval(timer)
      unsubscribe()
      await looking.stop()
      await Promise.all(busy.values())
    },
  }
}
