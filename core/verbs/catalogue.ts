import { artifacts } from './collect.ts'
import { get } from './get.ts'
import { home } from './home.ts'
import { addKey, keys, removeKey } from './keys.ts'
import { link, unlink } from './link.ts'
import { cancel, done, extend, hold, readmit } from './leases.ts'
import {
  addApiKey,
  addMember,
  addTenant,
  apiKeys,
  members,
  removeMember,
  retireTenant,
  reviveTenant,
  revokeApiKey,
  setTenant,
  tenants,
} from './tenants.ts'
import { endMaintenance, maintenance, setMaintenance } from './maintenance.ts'
import { estimates, help, list, pools, queue, status, wear, who, whoami, why } from './questions.ts'
import { mute, snooze, unmute } from './quiet.ts'
import { reservations, reserve } from './reserve.ts'
import { addWebhook, removeWebhook, webhooks } from './webhooks.ts'
import type { Verb } from './verb.ts'

/** Everything that can be asked of Duffy, in the order in which `help` tells it. */
export const VERBS: readonly Verb[] = [
  get,
  list,
  done,
  artifacts,
  extend,
  snooze,
  hold,
  reserve,
  reservations,
  cancel,
  queue,
  why,
  status,
  pools,
  wear,
  estimates,
  who,
  home,
  maintenance,
  setMaintenance,
  endMaintenance,
  keys,
  addKey,
  removeKey,
  readmit,
  tenants,
  addTenant,
  setTenant,
  retireTenant,
  reviveTenant,
  members,
  addMember,
  removeMember,
  apiKeys,
  addApiKey,
  revokeApiKey,
  webhooks,
  addWebhook,
  removeWebhook,
  whoami,
  link,
  unlink,
  mute,
  unmute,
  help,
]

/** The verb of this name or alias, in any case. */
export const verbNamed = (name: string): Verb | undefined => BY_NAME.get(name.toLowerCase())

const BY_NAME: ReadonlyMap<string, Verb> = new Map(
  VERBS.flatMap((verb) => [verb.name, ...verb.aliases].map((name) => [name, verb] as const)),
)
