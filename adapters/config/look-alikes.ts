import type { Site } from '#core'
import type { LegacySettings } from './facades.ts'

/** Two hosts of which cico takes the first for the second as well: `part` is in `whole`. */
export interface LookAlikes {
  readonly part: string
  readonly whole: string
}

/**
 * The first two such hosts, in order of their names. Null: there are none, or clients before v3 are told no names. Hosts that are
 * called by their addresses are not looked at, for where they answer is not known yet.
 */
export function lookAlikes(
  { machines }: Pick<Site, 'machines'>,
  { enabled, hostname }: Pick<LegacySettings, 'enabled' | 'hostname'>,
): LookAlikes | null {
  if (!enabled || !hostname.includes('{name}')) return null
  const hosts = machines.map(({ name }) => hostname.replaceAll('{name}', name)).toSorted()
  const known = new Set(hosts)
  const lengths = [...new Set(hosts.map(({ length }) => length))]
  for (const whole of hosts)
    for (const length of lengths.filter((shorter) => shorter < whole.length))
      for (let at = 0; at + length <= whole.length; at += 1) {
        const part = whole.slice(at, at + length)
        if (known.has(part)) return { part, whole }
      }
  return null
}
