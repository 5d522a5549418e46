import { isIP } from 'node:net'
import { z } from 'zod'
import type { Faults } from './faults.ts'
import { object, type ShapeOf } from './kinds.ts'

/** Where what happens is posted to is for tenants to say (`duffy webhooks add`); where it may be, for the site. See docs/events.md. */
export interface WebhooksConfig {
  /**
   * Networks of the site's own that may be posted to, such as `10.1.0.0/16`, also over plain `http://`. Default: none; public addresses
   * alone, over `https://`.
   */
  readonly allow?: readonly string[]
}

export interface WebhookSettings {
  readonly allow: readonly string[]
}

const NETWORK = 'Give a network such as `10.1.0.0/16`, or an address.'

const isNetwork = (text: string): boolean => {
  const [address = '', prefix, ...more] = text.split('/')
  const bits = isIP(address) === 6 ? 128 : 32
  if (isIP(address) === 0 || more.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
}

const schema = object(
  {
    allow: z
      .array(z.string({ error: NETWORK }).refine(isNetwork, { error: NETWORK }), { error: 'Give a list of networks.' })
      .max(100, { error: 'Give at most 100 networks.' })
      .default([]),
  } satisfies ShapeOf<WebhooksConfig>,
  'Give the settings of webhooks: `{ allow: ["10.1.0.0/16"] }`.',
)

export const readWebhooks = (written: unknown, faults: Faults): WebhookSettings =>
  faults.read(schema, written, ['webhooks']) ?? { allow: [] }
