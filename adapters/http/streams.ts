import type { LogPosition, Tidings } from '#core'
import { Readable } from 'node:stream'
import type { Caller } from './api-key.ts'
import type { Bounds } from './bounds.ts'
import type { Feed, Ports } from './ports.ts'
import { problem } from './problem.ts'
import { retryAfter, type Answer } from './route.ts'

/** Answers that tell what happens for as long as somebody listens. */
export interface Streams {
  /** What concerns the caller, from a place in the log on; null: from now on. */
  open(caller: Caller, from: LogPosition | null, signal: AbortSignal): Answer
  readonly size: number
  /** Ends all of them. */
  close(): void
}

type StreamBounds = Pick<
  Bounds,
  'eventStreams' | 'eventStreamsPerKey' | 'eventRecordsBack' | 'eventBeatMs' | 'eventStallMs'
>

/** Records looked through at a time. */
const PAGE = 200
/** Milliseconds after which a client is to connect again. */
const RETRY_MS = 2_000

export function streams(
  { feed, apiKey, lane }: Pick<Ports, 'feed' | 'apiKey' | 'lane'>,
  bounds: StreamBounds,
): Streams {
  const open = new Map<Readable, Caller>()
  const closing = new AbortController()

  /** Whether whoever listens may still be told. */
  const isKnown = async ({ key, tenant, role }: Caller): Promise<boolean> =>
    apiKey(key)?.role === role && (await lane.read((fleet) => fleet.tenants.get(tenant)?.active === true))

  async function* told(caller: Caller, from: LogPosition | null, signal: AbortSignal): AsyncGenerator<string> {
    let at = from ?? { seq: feed.head(), index: Infinity }
    yield from === null
      ? `retry: ${RETRY_MS}\nid: ${at.seq}\nevent: start\ndata: ${JSON.stringify({ id: String(at.seq) })}\n\n`
      : `retry: ${RETRY_MS}\n\n`
    while (!signal.aborted) {
      const news = awaited(feed, signal, bounds.eventBeatMs)
      try {
        const { tidings, upTo } = await feed.after(at, PAGE)
        if (!(await isKnown(caller))) return
        const own = tidings.filter(({ tenant }) => caller.role === 'operator' || tenant === caller.tenant)
        if (own.length > 0) yield own.map(messageOf).join('')
        const isThrough = upTo.seq === at.seq
        at = upTo
        // What was not for this caller is not looked through again by whoever comes back.
        if (isThrough && (await news.promise) === 'silence') yield `id: ${at.seq}\n: still there\n\n`
      } finally {
        news.stop()
      }
    }
  }

  return {
    open(caller, from, gone) {
      const no = refusal(caller, from)
      if (no !== null) return no
      const signal = AbortSignal.any([gone, closing.signal])
      const stream: Readable = Readable.from(
        impatient(told(caller, from, signal), bounds.eventStallMs, () => stream),
        {
          objectMode: false,
        },
      )
      open.set(stream, caller)
      stream.once('close', () => open.delete(stream))
      return { status: 200, body: stream, headers: HEADERS }
    },
    get size() {
      return open.size
    },
    close: () => closing.abort(),
  }

  function refusal({ key }: Caller, from: LogPosition | null): Answer | null {
    const head = feed.head()
    if (from !== null && (from.seq > head || head - from.seq > bounds.eventRecordsBack)) return tooFar(from, bounds)
    const own = [...open.values()].filter((caller) => caller.key === key).length
    if (own >= bounds.eventStreamsPerKey) return tooMany('eventStreamsPerKey', bounds.eventStreamsPerKey)
    return open.size >= bounds.eventStreams ? tooMany('eventStreams', bounds.eventStreams) : null
  }
}

/** Proxies are to keep nothing back; and a stream that ended is not waited for when the door closes. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'x-accel-buffering': 'no',
  connection: 'close',
}

const messageOf = (tidings: Tidings): string =>
  `id: ${tidings.id}\nevent: ${tidings.type}\ndata: ${JSON.stringify(tidings)}\n\n`

/** Ends the connection of whoever does not take what is there in time: they come back for it when they can. */
async function* impatient(
  parts: AsyncGenerator<string>,
  stallMs: number,
  stream: () => Readable,
): AsyncGenerator<string> {
  for await (const part of parts) {
    const timer = setTimeout(() => stream().destroy(new Error('whoever listens is too slow')), stallMs)
    try {
      yield part
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Resolves when there is news, or none came for long; listened for before anything is looked at, so that nothing is missed. */
const awaited = (feed: Feed, signal: AbortSignal, ms: number) => {
  const { promise, resolve } = Promise.withResolvers<'news' | 'silence'>()
  const end = (): void => resolve('news')
  const timer = setTimeout(() => resolve('silence'), ms)
  const unsubscribe = feed.onNews(end)
  signal.addEventListener('abort', end)
  return {
    promise,
    stop() {
      clearTimeout(timer)
      unsubscribe()
      signal.removeEventListener('abort', end)
    },
  }
}

const tooFar = ({ seq }: LogPosition, { eventRecordsBack: most }: StreamBounds): Answer =>
  problem(
    410,
    'tooFarBack',
    'Too long ago',
    `What happened after ${seq} is not told any more: that is over ${most} records back (eventRecordsBack), or of another log. List anew (GET /api/v2/leases, GET /api/v2/requests) and listen without Last-Event-ID.`,
    { limit: 'eventRecordsBack', most },
  )

const RETRY_S = 10

const tooMany = (limit: 'eventStreams' | 'eventStreamsPerKey', most: number): Answer => {
  const whose = limit === 'eventStreams' ? 'All clients together have' : 'This API key has'
  const detail = `${whose} ${most} event streams open, which is the most (${limit}). Close one, or try again in ${RETRY_S} s.`
  return retryAfter(RETRY_S, problem(429, 'tooManyStreams', 'Too many streams', detail, { limit, most }))
}
