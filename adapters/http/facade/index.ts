import type { FastifyInstance } from 'fastify'
import { duffyV3 } from '../duffy-v3/index.ts'
import { legacy } from '../legacy/index.ts'
import type { Settings } from '../options.ts'
import type { Door } from '../route.ts'

/** The doors for clients of older Duffys. Each parses what its clients send, asks the lane, and answers in their words. */
export function facades(
  app: FastifyInstance,
  door: Door,
  { v3, legacy: before }: Pick<Settings, 'v3' | 'legacy'>,
): void {
  if (v3.enabled) duffyV3(app, door, v3)
  if (before.enabled) legacy(app, door, before)
}
