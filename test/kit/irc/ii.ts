import { spawn } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until.ts'

/** The real client `ii`, driven by its files. It knows no SASL, so it is the stranger. */
export interface Ii extends AsyncDisposable {
  readonly nick: string
  /** To a channel it has joined, or to a nick. */
  say(target: string, text: string): Promise<void>
  /** A raw client command of ii: `/j #room`, `/n newnick`. */
  command(text: string): Promise<void>
  /** All that was shown for a channel or nick, `''` for the server. */
  shown(target: string): Promise<string>
  waitFor(target: string, pattern: RegExp, ms?: number): Promise<string>
}

export async function ii(server: { port: number }, given: { nick: string; channels?: readonly string[] }): Promise<Ii> {
  const home = await mkdtemp(join(tmpdir(), 'duffy-ii-'))
  const child = spawn('ii', ['-i', home, '-s', '127.0.0.1', '-p', String(server.port), '-n', given.nick], {
    stdio: 'ignore',
  })
  const folder = join(home, '127.0.0.1')
  const shown = (target: string) => readFile(join(folder, target, 'out'), 'utf8').catch(() => '')
  const command = (text: string) => appendFile(join(folder, 'in'), `${text}\n`)
  const waitFor = (target: string, pattern: RegExp, ms = 30_000) =>
    until(async () => pattern.exec(await shown(target))?.[0], { ms, what: `ii to show ${pattern} in ${target}` })

  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone
    await rm(home, { recursive: true, force: true })
  }
  const arrive = async () => {
    // The welcome ends with the message of the day or its absence; commands before it are lost.
    await waitFor('', /End of message of the day|MOTD|Message of the day/i)
    for (const channel of given.channels ?? []) {
      await command(`/j ${channel}`)
      await waitFor(channel, new RegExp(`${RegExp.escape(given.nick)}.*has joined`))
    }
  }
  await arrive().catch(async (fault: unknown) => {
    await stop()
    throw fault
  })
  return {
    nick: given.nick,
    async say(target, text) {
      if (target.startsWith('#')) await appendFile(join(folder, target, 'in'), `${text}\n`)
      else await command(`/j ${target} ${text}`)
    },
    command,
    shown,
    waitFor,
    [Symbol.asyncDispose]: stop,
  }
}
