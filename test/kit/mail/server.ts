import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** A mail as the server took it: whom the envelope names, and the text with its headers. */
export interface Taken {
  readonly to: readonly string[]
  readonly text: string
}

export interface MailServer extends AsyncDisposable {
  readonly url: string
  readonly taken: readonly Taken[]
  /** How many recipients it was asked to take. */
  readonly asked: () => number
}

/**
 * A real server of mail; `answer` says what a recipient is answered: null takes them, `550 no such user` does not. A mail is taken
 * once `reading` is through.
 */
export const mailServer = async (
  answer: (to: string, asked: number) => string | null = () => null,
  reading: () => Promise<void> = async () => {},
): Promise<MailServer> => {
  const taken: Taken[] = []
  let asked = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      asked += 1
      const [, code, why] = /^(\d{3}) (.*)$/.exec(answer(address, asked) ?? '') ?? []
      done(code === undefined ? null : Object.assign(new Error(why), { responseCode: Number(code) }))
    },
    onData(stream, { envelope }, done) {
      let text = ''
      stream.on('data', (part: Buffer) => (text += part.toString()))
      stream.on('end', () => {
        void reading().then(() => {
          taken.push({ to: envelope.rcptTo.map(({ address }) => address), text })
          done()
        })
      })
    },
  })
  server.on('error', () => {})
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    asked: () => asked,
    [Symbol.asyncDispose]: () => new Promise((done) => server.close(done)),
  }
}
