import type { SecureContext } from 'node:tls'
import type { Settled } from './settle.ts'
import { transport } from './transport.ts'

/** What CTCP VERSION is answered with. */
const VERSION = 'Duffy'

/** What irc-framework is told to connect with: none of its guesses, its reconnecting or its line cutting. */
export function connection(settled: Settled, secure: SecureContext | null, misread: (fault: unknown) => void): object {
  const { patience, password } = settled
  // Read by the library when the server asks for it; a getter that is not enumerable is never printed.
  const account = { account: settled.account }
  Object.defineProperty(account, 'password', { enumerable: false, get: () => password?.() })
  const { host, port } = settled
  const silenceMs = patience.silenceMs + patience.pingMs
  return {
    host,
    port,
    tls: secure !== null,
    nick: settled.nick,
    username: settled.username ?? settled.nick,
    gecos: 'Duffy lends machines',
    version: VERSION,
    // An empty object stops the library from guessing credentials.
    account: settled.account === undefined ? {} : account,
    ...(settled.account !== undefined && { sasl_mechanism: mechanism(settled) }),
    // Two parties reconnecting are one too many; the supervisor does it.
    auto_reconnect: false,
    ping_interval: patience.pingMs / 1000,
    ping_timeout: patience.silenceMs / 1000,
    // Lines are cut before they get here; the library must not cut them again.
    message_max_length: 512,
    transport: transport({ host, port, secure, silenceMs, misread }),
  }
}

/** How we log in: a certificate, where there is one, leaves no secret on the network. */
export const mechanism = ({ certificate }: Settled): 'EXTERNAL' | 'PLAIN' => (certificate ? 'EXTERNAL' : 'PLAIN')
