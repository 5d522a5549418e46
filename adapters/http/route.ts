import type { Role } from '#core'
import type { Caller } from './api-key.ts'
import type { Bounds } from './bounds.ts'
import type { Ports } from './ports.ts'
import type { Waits } from './wait.ts'

/** One way in. All of them are in one list, so that a test can go through every one. */
export type Route = OpenRoute | KeyedRoute

interface Way {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly summary: string
}

/** Needs no key. */
export interface OpenRoute extends Way {
  readonly who: 'anyone'
  readonly answer: (call: Call) => Promise<Answer>
}

/** Needs a key of this role; an operator's opens everything. */
export interface KeyedRoute extends Way {
  readonly who: Role
  readonly answer: (call: Call, caller: Caller) => Promise<Answer>
}

/** A request as far as Fastify has read it. Nothing in it has been checked. */
export interface Call {
  readonly door: Door
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
  readonly idempotencyKey: string | null
  /** Fires when the caller has gone. */
  readonly signal: () => AbortSignal
}

/** What the routes share. */
export interface Door {
  readonly ports: Ports
  readonly bounds: Bounds
  readonly waits: Waits
  /** Before a path in `Location`: the public URL, or nothing. */
  readonly base: string
}

/** `body` is sent as JSON, or as it is if it is text. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
