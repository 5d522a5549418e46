import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until.ts'

/** The real client irssi, logged in by SASL over TLS, driven by its keyboard and read by its logs. */
export interface Irssi extends AsyncDisposable {
  /** To a channel or a nick. */
  say(target: string, text: string): void
  /** What its log of a channel or a nick has. */
  shown(target: string): Promise<string>
  /** What is shown there and was not when this was asked. */
  after(target: string, act: () => void, pattern: RegExp, ms?: number): Promise<string>
  waitFor(target: string, pattern: RegExp, ms?: number): Promise<string>
}

export interface IrssiOptions {
  readonly nick: string
  readonly password: string
  readonly channel: string
}

export async function irssi(server: { tlsPort: number; caFile: string }, given: IrssiOptions): Promise<Irssi> {
  const home = await mkdtemp(join(tmpdir(), 'duffy-irssi-'))
  await mkdir(join(home, 'logs'))
  await writeFile(join(home, 'config'), config(home, server, given))
  // It wants a terminal, which `script` gives it; the pid is irssi's own, since a terminal is a session of its own.
  const inside = `stty rows 40 cols 200; echo $$ > ${home}/pid; exec irssi --home=${home}`
  const child = spawn('script', ['-qfec', inside, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: home, TERM: 'vt100', LANG: 'C.UTF-8' },
  })
  let screen = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (screen += data.toString()))
  child.stdin.on('error', () => {})

  const shown = (target: string): Promise<string> =>
    readFile(join(home, 'logs', `${target.toLowerCase()}.log`), 'utf8').catch(() => '')
  const found = (target: string, pattern: RegExp, from: number, ms = 30_000): Promise<string> =>
    until(async () => pattern.exec((await shown(target)).slice(from))?.[0], {
      ms,
      what: () => `irssi to show ${pattern} in ${target}; its screen ends:\n${screen.slice(-2_000)}`,
    })
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    const pid = Number(await readFile(join(home, 'pid'), 'utf8').catch(() => ''))
    if (child.exitCode === null && child.signalCode === null) {
      if (pid > 0) process.kill(pid, 'SIGKILL')
      else child.kill('SIGKILL')
      await gone
    }
    await rm(home, { recursive: true, force: true })
  }
  await found(given.channel, /Total of \d+ nicks/, 0, 60_000).catch(async (fault: unknown) => {
    await stop()
    throw fault
  })
  return {
    say: (target, text) => void child.stdin.write(`/msg ${target} ${text}\r`),
    shown,
    async after(target, act, pattern, ms) {
      const from = (await shown(target)).length
      act()
      return found(target, pattern, from, ms)
    },
    waitFor: (target, pattern, ms) => found(target, pattern, 0, ms),
    [Symbol.asyncDispose]: stop,
  }
}

/** By name, since irssi compares that alone with the certificate. */
const config = (
  home: string,
  { tlsPort, caFile }: { tlsPort: number; caFile: string },
  given: IrssiOptions,
): string => `
servers = ( { address = "localhost"; chatnet = "t"; port = "${tlsPort}"; use_tls = "yes"; tls_verify = "yes";
  tls_cafile = "${caFile}"; autoconnect = "yes"; } );
chatnets = { t = { type = "IRC"; nick = "${given.nick}"; sasl_mechanism = "PLAIN";
  sasl_username = "${given.nick}"; sasl_password = "${given.password}"; }; };
channels = ( { name = "${given.channel}"; chatnet = "t"; autojoin = "yes"; } );
settings = { core = { real_name = "A person"; user_name = "${given.nick}"; nick = "${given.nick}"; };
  "fe-common/core" = { autolog = "yes"; autolog_path = "${home}/logs/$0.log"; }; };
`
