import type { OperatorPlace } from '#core'
import { instead, type Faults } from './faults.ts'
import { operatorsSchema } from './schema.ts'
import type { IrcNetwork } from './settings.ts'

export interface OperatorsConfig {
  /**
   * Rooms that hear of machines quarantined and of pools that have none left: `irc:<network>:<#channel>`, a channel that Duffy
   * is in, or `slack:<channel id>`, one that it was invited to. Default: none.
   */
  readonly notices?: readonly string[]
  /**
   * Rooms, named alike, in which operators are obeyed as such. Elsewhere in chat they are not; an operator's key works anywhere. Let
   * nobody but operators in. Default: none.
   */
  readonly controlRooms?: readonly string[]
}

export interface Operators {
  readonly places: readonly OperatorPlace[]
  /** As they are told apart: `irc:libera:#lab-ops`, in small letters, and `slack:C0123456789`. */
  readonly controlRooms: readonly string[]
}

export function readOperators(written: unknown, irc: readonly IrcNetwork[], faults: Faults): Operators {
  const read = faults.read(operatorsSchema, written, ['operators'])
  const rooms = (key: 'notices' | 'controlRooms') => roomsIn(read?.[key] ?? [], ['operators', key], { irc, faults })
  return {
    places: rooms('notices'),
    controlRooms: rooms('controlRooms').map(({ door, room }) =>
      door === 'slack' ? `${door}:${room}` : `${door}:${room.toLowerCase()}`,
    ),
  }
}

/** Each is one that Duffy is in, as far as the config can tell. */
const roomsIn = (
  written: readonly string[],
  of: readonly string[],
  { irc, faults }: { readonly irc: readonly IrcNetwork[]; readonly faults: Faults },
): readonly OperatorPlace[] =>
  written.flatMap((text, at) => {
    const path = [...of, at]
    const [, channel] = /^slack:([CG][A-Z0-9]{2,30})$/.exec(text) ?? []
    if (channel !== undefined) return [{ door: 'slack', room: channel }]
    const [, network, room] = /^irc:([^:]+):([#&][^\s,:]+)$/.exec(text) ?? []
    if (network === undefined || room === undefined) {
      faults.add([...path], `\`${text}\` is no room: \`irc:libera:#lab-ops\` and \`slack:C0123456789\` are.`)
      return []
    }
    const known = irc.find((one) => one.network === network)
    if (known === undefined)
      faults.add(
        [...path],
        `There is no network \`${network}\` in \`irc\`${instead(
          network,
          irc.map((one) => one.network),
        )}`,
      )
    else if (!known.channels.some((one) => one.toLowerCase() === room.toLowerCase()))
      faults.add([...path], `Duffy is not in \`${room}\`: name it in \`irc.${network}.channels\` too.`)
    return [{ door: `irc:${network}`, room }]
  })
