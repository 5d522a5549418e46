import type { Role } from '#core'
import type { z } from 'zod'
import type { Caller } from './api-key.ts'
import type { Bounds } from './bounds.ts'
import type { Ports } from './ports.ts'
import type { Streams } from './streams.ts'
import type { Waits } from './wait.ts'

/** One way in. All of them are in one list, so that a test can go through every one. */
export type Route = OpenRoute | KeyedRoute

interface Way {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly summary: string
  /** What its query is read by. */
  readonly query?: z.ZodType
  readonly body?: Body
  /** The statuses of success, with the shape of each answer; `text`: it is plain text, `bytes`: a file. 200 and an object unless said. */
  readonly gives?: Readonly<Record<number, Given>>
}

/** `stream`: server-sent events, each with data of that shape. */
export type Given = z.ZodType | 'text' | 'html' | 'bytes' | { readonly stream: z.ZodType }

/** The body as the description of the API shows it: a verb's fields but for the one that the path gives, or a shape of its own. */
export type Body =
  | { readonly verb: string; readonly given?: string; readonly example: Example }
  | { readonly shape: z.ZodType; readonly example: Example }

type Example = Readonly<Record<string, unknown>>

/** Needs no key. */
export interface OpenRoute extends Way {
  readonly who: 'anyone'
  readonly answer: (call: Call) => Promise<Answer>
}

/** Needs a key of this role; an operator's opens everything. */
export interface KeyedRoute extends Way {
  readonly who: Role
  /** A Jenkins of the site proves itself here by its secret instead, in `?token=`: what it sends has no header of ours. */
  readonly token?: true
  readonly answer: (call: Call, caller: Caller) => Promise<Answer>
}

/** A request as far as Fastify has read it. Nothing in it has been checked. */
export interface Call {
  readonly door: Door
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
  readonly idempotencyKey: string | null
  /** Of the event up to which a stream was heard before. */
  readonly lastEventId: string | null
  /** Fires when the caller has gone. */
  readonly signal: () => AbortSignal
}

/** What the routes share. */
export interface Door {
  readonly ports: Ports
  readonly bounds: Bounds
  readonly waits: Waits
  readonly streams: Streams
  /** Before a path in `Location`: the public URL, or nothing. */
  readonly base: string
}

/** `body` is sent as JSON, or as it is if it is text or a stream of bytes. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const ok = (body: unknown): Answer => ({ status: 200, body })

/** With the seconds after which it may be tried again. */
export const retryAfter = (seconds: number, answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'retry-after': String(seconds) },
})
