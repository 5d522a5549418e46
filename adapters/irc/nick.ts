import type { IrcClient } from 'irc-framework'
import { type Outbox, rank } from './outbox.ts'
import type { IrcPorts } from './ports.ts'
import type { Settled } from './settle.ts'

export interface NickContext {
  settled: Settled
  client: IrcClient
  out: Outbox
  /** Whether we are logged in to an account that may own the nick. */
  loggedIn: () => boolean
  log: IrcPorts['log']
  every: (ms: number, run: () => void) => void
  /** Over all connections: two Duffys on one account must not ghost each other for ever. */
  ghosts: { count: number }
}

/** Registers under another nick if ours is taken, and takes ours back once it is free or its holder is a ghost. */
export function nick(context: NickContext): { persist(): void } {
  const { settled, client, out, ghosts, log } = context
  let registered = false
  let refusals = 0

  const another = () => {
    if (registered) return
    refusals += 1
    client.changeNick(refusals <= 2 ? `${settled.nick}${'_'.repeat(refusals)}` : `duffy${refusals}`)
  }
  client.on('nick in use', another)
  client.on('nick invalid', another)

  const isOurs = () => client.caseCompare(client.user.nick, settled.nick)
  const take = () =>
    void out.put({ rank: rank.control, wire: `NICK ${settled.nick}`, send: () => client.changeNick(settled.nick) })

  const freed = (name: string) => {
    if (registered && !isOurs() && client.caseCompare(name, settled.nick)) take()
  }
  client.on('quit', (event) => freed(event.nick))
  client.on('nick', (event) => freed(event.nick))

  const reclaim = () => {
    if (isOurs()) return
    take()
    if (!context.loggedIn()) return
    if (ghosts.count >= settled.limits.ghosts) {
      if (ghosts.count === settled.limits.ghosts)
        log('error', 'our nick stays taken; does another Duffy use this account?', { network: settled.network })
      ghosts.count += 1
      return
    }
    ghosts.count += 1
    // We are logged in, so services need no password for this. `QUIT` of the ghost then triggers `freed`.
    const text = `GHOST ${settled.nick}`
    void out
      .put({ rank: rank.control, wire: `PRIVMSG NickServ :${text}`, send: () => client.say('NickServ', text) })
      .then(take)
  }

  return {
    persist() {
      registered = true
      context.every(settled.patience.retryMs, reclaim)
    },
  }
}
