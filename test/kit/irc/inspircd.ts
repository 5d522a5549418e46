import { join } from 'node:path'
import { anopeDaemon, anopeFiles } from './anope.ts'
import { athemeDaemon, athemeFiles } from './atheme.ts'
import { certificate } from './certificate.ts'
import { accepts, daemon, type Daemon, daemonHome, type DaemonOptions, giveFile } from './daemon.ts'
import { freePort } from '../free-port.ts'

const MODULES = `ircv3 ircv3_accounttag ircv3_batch ircv3_capnotify ircv3_ctctags ircv3_echomessage
  ircv3_labeledresponse ircv3_msgid ircv3_servertime cap sasl services_account botmode callerid spanningtree namesx
  uhnames hidechans servprotect sslinfo chghost svshold`

export interface InspIrcdOptions {
  tls?: boolean
  /** SHA-256 of the client certificates by which `duffybot` may log in from the start. */
  fingerprints?: readonly string[]
  /**
   * How the server takes fast talkers. By default it hardly slows them, so that tests are quick;
   * `strict` cuts off whoever is more than 30 lines ahead of 20 lines a second.
   */
  flood?: 'lenient' | 'strict'
}

/** A network whose server vouches for accounts: InspIRCd with services that have NickServ and SASL. */
export interface IrcNetwork extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** 0 without TLS. */
  readonly tlsPort: number
  /** The private authority that signed the server's certificate; empty without TLS. */
  readonly caFile: string
  readonly ircd: Daemon
  readonly services: Daemon
}

/** Passwords of the accounts that exist from the start. */
export const accounts = { duffybot: 'bot-Pa55', alice: 'alice-Pa55', bob: 'bob-Pa55' } as const

export const inspircdWithAtheme = (options: InspIrcdOptions = {}): Promise<IrcNetwork> =>
  networkOf(options, { files: athemeFiles(accounts, options.fingerprints), daemon: athemeDaemon })

export const inspircdWithAnope = (options: Omit<InspIrcdOptions, 'fingerprints'> = {}): Promise<IrcNetwork> =>
  networkOf(options, { files: anopeFiles(accounts), daemon: anopeDaemon })

/** The services of a network: their files, given the port where the server takes them, and how they are run. */
interface Services {
  readonly files: (linkPort: number) => Record<string, string>
  readonly daemon: (home: string) => Omit<DaemonOptions, 'cwd'>
}

async function networkOf(options: InspIrcdOptions, services: Services): Promise<IrcNetwork> {
  const [port, tlsPort, linkPort] = [await freePort(), options.tls ? await freePort() : 0, await freePort()]
  const home = await daemonHome(services.files(linkPort))
  const files = options.tls ? await certificate(home.path) : undefined
  const config = [base(home.path, { port, linkPort, flood: options.flood ?? 'lenient' })]
  if (files)
    config.push(`<module name="ssl_gnutls">
<sslprofile name="own" provider="gnutls" certfile="${files.certFile}" keyfile="${files.keyFile}" hash="sha256" priority="NORMAL">
<bind address="127.0.0.1" port="${tlsPort}" type="clients" sslprofile="own">`)
  await giveFile(join(home.path, 'inspircd.conf'), config.join('\n'))

  const ircd = daemon({
    command: 'inspircd',
    args: ['--config', join(home.path, 'inspircd.conf'), '--nofork', '--nopid'],
    cwd: home.path,
    ready: (output) => output.includes('is now running') && accepts(port),
  })
  const nickserv = daemon({ cwd: home.path, ...services.daemon(home.path) })
  const stop = async () => {
    await nickserv.kill()
    await ircd.kill()
    await home.remove()
  }
  const start = async () => {
    await ircd.start()
    await nickserv.start()
  }
  await start().catch(async (fault: unknown) => {
    await stop()
    throw fault
  })
  return {
    host: '127.0.0.1',
    port,
    tlsPort,
    caFile: files?.caFile ?? '',
    ircd,
    services: nickserv,
    [Symbol.asyncDispose]: stop,
  }
}

function base(home: string, given: { port: number; linkPort: number; flood: 'lenient' | 'strict' }): string {
  const flood =
    given.flood === 'strict'
      ? 'threshold="30" commandrate="20000" fakelag="no"'
      : 'threshold="1000" commandrate="1000000" fakelag="yes"'
  const modules = MODULES.split(/\s+/).map((name) => `<module name="${name}">`)
  return `<server name="irc.test" description="Test" network="TestNet" id="00A">
<admin name="Test" nick="test" email="test@irc.test">
<bind address="127.0.0.1" port="${given.port}" type="clients">
<bind address="127.0.0.1" port="${given.linkPort}" type="servers">
<connect name="main" allow="*" timeout="20" pingfreq="2m" hardsendq="1M" softsendq="8K" recvq="8K" ${flood}
 localmax="200" globalmax="200" maxchans="20" useident="no" resolvehostnames="no" limit="500">
<options prefixquit="" announcets="no" defaultmodes="not" ircumsghidechannels="no">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="${join(home, 'inspircd.log')}">
${modules.join('\n')}
<sasl target="services.test">
<link name="services.test" ipaddr="127.0.0.1" port="${given.linkPort}" allowmask="127.0.0.1" sendpass="link" recvpass="link">
<uline server="services.test" silent="yes">`
}
