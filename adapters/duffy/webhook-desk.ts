import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../config/index.ts'
import type { Feed } from '../http/ports.ts'
import type { Lane } from '../lane.ts'
import type { Log } from '../log.ts'
import { lastBefore } from '../past.ts'
import type { Store } from '../store/port.ts'
import { webhooks, type WebhookDesk } from '../webhooks/webhooks.ts'

interface World {
  readonly settings: Pick<Settings, 'dataDir' | 'webhooks'>
  readonly store: Store
  readonly lane: Lane
  readonly tidings: Feed
  readonly clock: () => number
  readonly log: Log
}

/** Webhooks, told from the log of this Duffy. */
export const webhookDesk = ({ settings, store, lane, tidings, clock, log }: World): Promise<WebhookDesk> =>
  webhooks({
    key: keyIn(settings.dataDir),
    allow: settings.webhooks.allow,
    ask: (asked) => lane.ask(asked),
    read: (look) => lane.read(look),
    after: (from, records) => tidings.after(from, records),
    placeOf: (id) => tidings.read(id),
    lastBefore: (at) => lastBefore(store, at),
    tellings: () => store.tellings(),
    put: (telling) => store.putTelling(telling),
    remove: (webhook) => store.removeTelling(webhook),
    onCommit: (listener) => lane.onCommit(listener),
    clock,
    log,
  })

/** What the secrets of webhooks follow from, in the data directory, readable by Duffy's own user only; made when it is first wanted. */
const keyIn = (dataDir: string): string => {
  const file = join(dataDir, 'webhook.key')
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault
  }
  return readFileSync(file, 'utf8').trim()
}
