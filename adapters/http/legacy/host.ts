import type { Machine } from '#core'
import type { LegacySettings } from '../facade/settings.ts'

/** What a machine is called here: clients log in to it under this name. */
export const hostOf = ({ name, access }: Machine, { hostname }: Pick<LegacySettings, 'hostname'>): string =>
  hostname.replaceAll('{name}', name).replaceAll('{address}', access?.address ?? name)
