import type { IrcClient } from 'irc-framework'
import { byteLength } from './clean.ts'
import { mechanism } from './connection.ts'
import { type Outbox, rank } from './outbox.ts'
import type { People } from './people.ts'
import type { IrcPorts } from './ports.ts'
import type { Settled } from './settle.ts'

/** Our own account on the network, during one connection. */
export interface Login {
  /** True without an account: then there is nothing to log in to. */
  readonly done: boolean
  readonly problem: string | null
  /** Starts trying again and again until logged in; called once registered. */
  persist(): void
}

export interface LoginContext {
  settled: Settled
  client: IrcClient
  out: Outbox
  people: People
  log: IrcPorts['log']
  every: (ms: number, run: () => void) => void
  changed: () => void
}

export function login(context: LoginContext): Login {
  const { settled, client, out, people, log } = context
  const { account, password } = settled
  let done = account === undefined
  let problem: string | null = null
  let rescuedAt = 0

  const fail = (why: string) => {
    problem = why
    log('warn', 'not logged in to our account', { network: settled.network, why })
    context.changed()
  }
  client.on('loggedin', () => {
    done = true
    problem = null
    context.changed()
  })
  client.on('loggedout', () => {
    if (account === undefined) return
    done = false
    fail('we were logged out')
    // Services that come back may throw out all logins they do not remember. Once at once; then at the usual pace.
    if (Date.now() - rescuedAt < settled.patience.retryMs) return
    rescuedAt = Date.now()
    attempt()
  })
  client.on('sasl failed', ({ reason }) => {
    if (account !== undefined)
      fail((settled.certificate && EXTERNAL[reason]) ?? SASL[reason] ?? `SASL failed: ${reason}`)
  })

  const attempt = () => {
    if (done) return
    if (client.network.cap.isEnabled('sasl')) authenticate()
    else if (client.network.cap.available.has('sasl')) requestSasl()
    else void identify()
  }

  // The library answers the server's challenge with our credentials at any time, but begins only while registering.
  const authenticate = () => {
    const by = mechanism(settled)
    void out.put({ rank: rank.control, wire: `AUTHENTICATE ${by}`, send: () => client.raw('AUTHENTICATE', by) })
  }

  const requestSasl = () => {
    const granted = () => {
      client.off('cap ack', granted)
      if (!done && client.network.cap.isEnabled('sasl')) authenticate()
    }
    client.on('cap ack', granted)
    void out.put({ rank: rank.control, wire: 'CAP REQ sasl', send: () => client.raw('CAP', 'REQ', 'sasl') })
  }

  /** Without SASL the password goes to a nick, so only to one that a server of the network's services holds. */
  const identify = async () => {
    if (!password) return fail('the network has no SASL now, and a certificate is shown to nothing else')
    const nickserv = await people.whois('NickServ')
    if (!nickserv) return fail('the network has no services now')
    if (!nickserv.operator && !nickserv.server?.startsWith('services.'))
      return fail('whoever is called NickServ is not a service; no password was sent')
    const secret = `IDENTIFY ${account} ${password()}`
    // The queue tells equal lines by `wire`, which therefore never holds the password.
    const wire = 'x'.repeat(byteLength(`PRIVMSG NickServ :${secret}`))
    await out.put({ rank: rank.control, wire, send: () => client.say('NickServ', secret) })
  }

  return {
    get done() {
      return done
    },
    get problem() {
      return problem
    },
    persist() {
      if (account === undefined) return
      // Services were absent while registering; the first attempt comes after a pause, as they may be starting.
      if (!done && problem === null) fail('the network did not log us in')
      context.every(settled.patience.retryMs, attempt)
    },
  }
}

const SASL: Readonly<Record<string, string>> = {
  fail: 'SASL failed: wrong account or password, or services are down',
  nick_locked: 'SASL failed: the account is locked',
  unsupported_mechanism: 'SASL failed: the network does not take PLAIN',
  capability_missing: 'SASL failed: services are down, or the network has none',
}

/** What differs where we show a certificate. */
const EXTERNAL: Readonly<Record<string, string>> = {
  fail: 'SASL failed: no account has our certificate (NickServ CERT ADD adds it), or services are down',
  unsupported_mechanism: 'SASL failed: the network does not take certificates (EXTERNAL)',
}
