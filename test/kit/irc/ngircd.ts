import { join } from 'node:path'
import { accepts, daemon, type Daemon, daemonHome, giveFile } from './daemon.ts'
import { freePort } from '../free-port.ts'

/** A network that can identify nobody: ngIRCd offers no account-tag and has no services. */
export interface PlainNetwork extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly ircd: Daemon
}

export async function ngircd(): Promise<PlainNetwork> {
  const port = await freePort()
  const home = await daemonHome({})
  const file = join(home.path, 'ngircd.conf')
  await giveFile(file, config(port, home.path))
  const ircd = daemon({
    command: 'ngircd',
    args: ['--nodaemon', '--config', file],
    cwd: home.path,
    ready: () => accepts(port),
  })
  await ircd.start()
  return {
    host: '127.0.0.1',
    port,
    ircd,
    async [Symbol.asyncDispose]() {
      await ircd.kill()
      await home.remove()
    },
  }
}

const config = (port: number, home: string) => `[Global]
Name = ng.test
Info = Test
AdminEMail = test@ng.test
Listen = 127.0.0.1
Ports = ${port}
ServerUID = nobody
ServerGID = nogroup
MotdPhrase = Test
[Limits]
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 30
[Options]
DNS = no
Ident = no
PAM = no
IncludeDir = ${home}
`
