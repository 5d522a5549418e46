import { MINUTE, SECOND } from '#core'

/** Every bound that a caller of the HTTP door can meet. */
export interface Bounds {
  /** Bytes of a request's body. */
  readonly bodyBytes: number
  /** Bytes of a request's headers together. */
  readonly headerBytes: number
  /** How deeply a body's objects and arrays may stand in each other. */
  readonly jsonDepth: number
  /** Elements of one array, or members of one object. */
  readonly jsonElements: number
  /** How long a caller may take to send its headers. */
  readonly headersMs: number
  /** How long a caller may take to send a whole request. */
  readonly requestMs: number
  /** How often slow callers are looked for. */
  readonly slowCheckMs: number
  /** How long a connection may stand idle between requests. */
  readonly idleMs: number
  readonly connections: number
  /** Longest `?wait=`. */
  readonly waitMs: number
  /** Answers held back at once by `?wait=`; beyond it they come at once. */
  readonly waiters: number
  /** Streams of events open at once, all together and of one API key. */
  readonly eventStreams: number
  readonly eventStreamsPerKey: number
  /** How far back a stream that broke can go on, in records of the log. */
  readonly eventRecordsBack: number
  /** How often whoever listens is shown that the stream is alive, where nothing happens. */
  readonly eventBeatMs: number
  /** How long somebody may take to read what is there; then the connection ends. */
  readonly eventStallMs: number
  /** Most rows in one page, and how many if none are named. */
  readonly pageRows: number
  readonly defaultRows: number
  /** Requests of one API key. */
  readonly perKey: Rate
  /** Requests from one address. */
  readonly perAddress: Rate
  /** Requests without a valid key from one address. */
  readonly strangers: Rate
}

/** A bucket of `burst` tokens, refilled at `perSecond`. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/**
 * Rates are there against loops gone wild, not to ration: Duffy's own share of a request is well under a millisecond.
 * Bodies, depth and times are what an honest client never comes near.
 */
export const DEFAULT_BOUNDS: Bounds = {
  bodyBytes: 64 * 1024,
  headerBytes: 16 * 1024,
  jsonDepth: 16,
  jsonElements: 1000,
  headersMs: 10 * SECOND,
  requestMs: 20 * SECOND,
  slowCheckMs: SECOND,
  idleMs: 75 * SECOND,
  connections: 5000,
  waitMs: 10 * MINUTE,
  waiters: 2000,
  eventStreams: 500,
  eventStreamsPerKey: 10,
  eventRecordsBack: 100_000,
  eventBeatMs: 15 * SECOND,
  eventStallMs: 30 * SECOND,
  pageRows: 1000,
  defaultRows: 100,
  perKey: { burst: 20_000, perSecond: 10_000 },
  perAddress: { burst: 40_000, perSecond: 20_000 },
  strangers: { burst: 100, perSecond: 5 },
}
