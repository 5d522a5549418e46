import { createTransport } from 'nodemailer'
import { spacedCode, type Address, type Message, type Notice, type Said } from '#core'
import { sha256 } from '../digest.ts'
import type { Log } from '../log.ts'

export interface MailOptions {
  /** Where mail is handed in: `smtp://host:25`, `smtps://name:password@host`. Called when it is needed. */
  readonly url: () => string
  /** Whom it comes from: `Duffy <duffy@example.org>`, or an address alone. */
  readonly from: string
}

export interface MailPorts {
  /** What a notice says. */
  readonly notice: (message: Message) => Promise<Said>
  readonly log: Log
}

export interface MailDoor {
  /** `never`: the server says that there is no such address. Rejects if it cannot say now. */
  tell(to: Address, notice: Notice): Promise<'sent' | 'never'>
  /** Sends a code to link by. Rejects unless the server took it. */
  sendCode(mail: string, code: string): Promise<void>
}

/** A mail as far as it is ours to say. */
interface Letter {
  readonly subject: string
  readonly text: string
  readonly messageId?: string
  readonly references?: string
  readonly inReplyTo?: string
  readonly headers?: Readonly<Record<string, string>>
}

const CONNECT_MS = 10_000
const SILENCE_MS = 20_000
/** To the server at once: many let no more in from one host. */
const MOST_CONNECTIONS = 4

/** The way out by mail: what no chat takes goes here. Nothing comes in by it. */
export const mail = ({ url, from }: MailOptions, { notice: wordsOf, log }: MailPorts): MailDoor => {
  const transport = createTransport({
    url: url(),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // A message is text that we wrote: nothing in it is a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const host = hostOf(from)
  const inTurn = turns(MOST_CONNECTIONS)
  const send = (to: string, letter: Letter): Promise<unknown> =>
    transport.sendMail({
      ...letter,
      from,
      // As an object, so that a comma in it is no second address.
      to: { name: '', address: to },
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', ...letter.headers },
    })

  return {
    async tell({ identity }, { message, to }) {
      const { room, person } = await wordsOf(message)
      const about = aboutOf(message)
      try {
        const letter = {
          subject:
            about === null
              ? 'Duffy: your accounts'
              : `Duffy: ${about.type}${about.ids.length > 1 ? 's' : ''} ${about.ids.join(', ')}`,
          text: [...room, ...person, '', footerTo(identity)].join('\n'),
          // The same notice has the same id, however often it is sent; all about one lease hang together.
          messageId: `<${sha256(JSON.stringify([to.identity, message])).slice(0, 32)}@${host}>`,
          ...(about !== null && {
            references: about.ids.map((id) => `<${about.type}-${id}@${host}>`).join(' '),
            inReplyTo: `<${about.type}-${about.ids[0]}@${host}>`,
            headers: { [`X-Duffy-${about.type === 'lease' ? 'Lease' : 'Request'}`]: about.ids.join(', ') },
          }),
        }
        await inTurn('last', () => send(identity.slice('mail:'.length), letter))
        return 'sent'
      } catch (fault) {
        if (!isForEver(fault)) throw fault
        log('warn', 'an address takes no mail', { fault: String(fault) })
        return 'never'
      }
    },
    async sendCode(address, code) {
      const letter = {
        subject: 'Duffy: a code to link this address',
        text: [
          `Somebody asked Duffy to tell them things at this address. If that was you, say where you asked: link ${spacedCode(code)} yes`,
          'The code is good once, for ten minutes. If it was not you, do nothing, and nothing happens.',
        ].join('\n\n'),
      }
      // Somebody waits for its answer.
      await inTurn('first', () => send(address, letter))
    },
  }
}

/** Does at most so many things at once, each as soon as any of those before it is over: before all that wait, or after them. */
const turns = (most: number): (<T>(place: 'first' | 'last', work: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let free = most
  return async (place, work) => {
    if (free > 0) free -= 1
    else
      await new Promise<void>((resolve) => void (place === 'first' ? waiting.unshift(resolve) : waiting.push(resolve)))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

const footerTo = (identity: string): string =>
  `Duffy sends mail where no chat took this. Where you are told things: duffy whoami. To stop mail: duffy unlink ${identity}`

const aboutOf = (message: Message): { readonly type: 'lease' | 'request'; readonly ids: readonly string[] } | null => {
  if (message.type === 'leasesEnding') return { type: 'lease', ids: message.leases.map(({ lease }) => lease) }
  if ('lease' in message) return { type: 'lease', ids: [message.lease] }
  return 'request' in message ? { type: 'request', ids: [message.request] } : null
}

/** `duffy@example.org` and `Duffy <duffy@example.org>` are of example.org. */
const hostOf = (from: string): string => /@([A-Za-z0-9.-]+)>?$/.exec(from.trim())?.[1] ?? 'duffy'

/** 5xx of the server: the same again would be answered the same. */
const isForEver = (fault: unknown): boolean => {
  const code = typeof fault === 'object' && fault !== null && 'responseCode' in fault ? Number(fault.responseCode) : 0
  return (
    code >= 500 && code < 600 && 'command' in (fault as object) && (fault as { command?: string }).command === 'RCPT TO'
  )
}
