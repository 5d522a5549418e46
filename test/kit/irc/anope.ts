import type { DaemonOptions } from './daemon.ts'

const COMMANDS = ['identify', 'info', 'logout', 'recover']

export const anopeFiles =
  (passwords: Readonly<Record<string, string>>): ((linkPort: number) => Record<string, string>) =>
  (linkPort) => ({ 'services.conf': config(linkPort), 'anope.db': database(passwords), motd: '' })

export const anopeDaemon = (home: string): Omit<DaemonOptions, 'cwd'> => {
  const folders = { confdir: home, dbdir: home, logdir: home, modulesdir: MODULES, localedir: LOCALE }
  return {
    command: 'anope',
    args: ['--nofork', '--nothird', '--debug', ...Object.entries(folders).map(([name, path]) => `--${name}=${path}`)],
    ready: (output) => output.includes('services.test (Services) is done syncing'),
  }
}

/** Where Debian's package has them. */
const MODULES = '/usr/lib/anope'
const LOCALE = '/usr/share/anope/locale'

/** Anope's configuration for an InspIRCd that takes it on `linkPort`, with passwords as they were typed. */
const config = (linkPort: number): string =>
  [
    block('uplink', { host: '127.0.0.1', port: linkPort, password: 'link' }),
    block('serverinfo', { name: 'services.test', description: 'Services', pid: 'anope.pid', motd: 'motd' }),
    block('networkinfo', {
      networkname: 'TestNet',
      nicklen: 31,
      userlen: 10,
      hostlen: 64,
      chanlen: 32,
      modelistsize: 100,
      vhost_chars: 'abcdefghijklmnopqrstuvwxyz0123456789.-',
    }),
    block('options', {
      casemap: 'rfc1459',
      updatetimeout: '5m',
      expiretimeout: '30m',
      readtimeout: '5s',
      warningtimeout: '4h',
      timeoutcheck: '3s',
      retrywait: '1s',
    }),
    block('module', { name: 'inspircd3', use_server_side_mlock: 'no', use_server_side_topiclock: 'no' }),
    block('module', { name: 'enc_none' }),
    block('module', { name: 'db_flatfile', database: 'anope.db' }),
    block('module', { name: 'm_sasl' }),
    block('service', { nick: 'NickServ', user: 'services', host: 'services.test', gecos: 'Nick services' }),
    block('module', { name: 'nickserv', client: 'NickServ' }),
    ...COMMANDS.flatMap((name) => [
      block('module', { name: `ns_${name}` }),
      block('command', { service: 'NickServ', name: name.toUpperCase(), command: `nickserv/${name}` }),
    ]),
  ].join('\n')

const block = (name: string, values: Readonly<Record<string, string | number>>): string =>
  [`${name} {`, ...Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`), '}'].join('\n')

/** An accounts file for Anope; `duffybot` also owns the nick `duffy`. */
const database = (passwords: Readonly<Record<string, string>>): string => {
  // Old enough that no login seems to be from before the account existed.
  const made = Math.floor(Date.now() / 1000) - 86_400
  const record = (type: string, data: Readonly<Record<string, string>>): string =>
    [`OBJECT ${type}`, ...Object.entries(data).map(([name, value]) => `DATA ${name} ${value}`), 'END'].join('\n')
  const nick = (name: string, account: string): string =>
    record('NickAlias', { nick: name, nc: account, time_registered: String(made), last_seen: String(made) })
  return `${[
    ...Object.entries(passwords).flatMap(([name, password]) => [
      record('NickCore', {
        display: name,
        pass: `plain:${Buffer.from(password).toString('base64')}`,
        email: `${name}@irc.test`,
      }),
      nick(name, name),
    ]),
    nick('duffy', 'duffybot'),
  ].join('\n')}\n`
}
