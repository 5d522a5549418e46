import { appendFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadConfig, Secret } from '../../../adapters/config/index.ts'
import { clientCertificate } from '../../kit/irc/certificate.ts'
import { faults, folder, settings, sound, write } from './site.ts'

describe('settings', () => {
  test('are those of one host by itself when nobody says', async () => {
    const { http, irc, dataDir, ansible, cron, retention } = await settings(sound)
    expect(http).toEqual({ host: '127.0.0.1', port: 8080, publicUrl: null, tls: null, trustProxy: false })
    expect(irc).toEqual([])
    expect(dataDir).toBe(resolve('var'))
    expect(ansible).toEqual({
      concurrency: 4,
      playbooksDir: resolve('playbooks'),
      extraPlaybooksDirs: [],
      logLimitBytes: 1_048_576,
      infrastructureKey: null,
    })
    expect(cron).toEqual({ sweep: '* * * * * *', prune: '23 3 * * *' })
    expect(retention).toEqual({ answersMs: 86_400_000, runsMs: 30 * 86_400_000, artifactsMs: 7 * 86_400_000 })
  })

  test('come from the environment before the config', async () => {
    const config = { ...sound, dataDir: 'here', http: { host: '127.0.0.2', port: 81 } }
    const environment = { DUFFY_DATA_DIR: '/tmp/there', DUFFY_HOST: '127.0.0.3', DUFFY_PORT: '0' }
    expect(await settings(config, environment)).toMatchObject({
      dataDir: '/tmp/there',
      http: { host: '127.0.0.3', port: 0 },
    })
  })

  test('come from the config where a variable is empty', async () => {
    expect(await settings({ ...sound, http: { port: 81 } }, { DUFFY_PORT: '' })).toMatchObject({ http: { port: 81 } })
  })

  test('have paths that start at the config', async () => {
    const file = await write({ ...sound, dataDir: 'here' })
    expect(await loadConfig({ file, environment: {} })).toMatchObject({
      settings: { dataDir: resolve(file, '../here') },
    })
  })

  test('are read anew each time', async () => {
    const file = await write(`export default ${JSON.stringify(sound)}`)
    await loadConfig({ file, environment: {} })
    await writeFile(file, `export default ${JSON.stringify({ ...sound, http: { port: 4711 } })}`)
    expect(await loadConfig({ file, environment: {} })).toMatchObject({ settings: { http: { port: 4711 } } })
    await appendFile(file, '\n}')
    expect(await loadConfig({ file, environment: {} })).toMatchObject({ status: 'faulty' })
  })

  test('find TypeScript in a config', async () => {
    const text = `import type { Config } from '${resolve('adapters/config/config.ts')}'\nexport default ${JSON.stringify(sound)} as Config`
    expect(await settings(text)).toMatchObject({ http: { port: 8080 } })
  })

  test.each([
    ['0.0.0.0', {}, 1],
    ['::', {}, 1],
    ['duffy.example.org', {}, 1],
    ['0.0.0.0', { trustProxy: ['10.0.0.1'] }, 0],
    ['localhost', {}, 0],
    ['::1', {}, 0],
  ])('with the host %s and %j have %d faults', async (host, http, count) => {
    expect(await faults({ ...sound, http: { ...http, host } })).toHaveLength(count)
  })
})

describe('IRC', () => {
  test('is on when the environment names a server', async () => {
    const environment = { DUFFY_IRC_HOST: 'irc.example.org', DUFFY_IRC_CHANNELS: '#a, #b' }
    expect((await settings(sound, environment)).irc).toEqual([
      {
        network: 'irc',
        host: 'irc.example.org',
        port: 6697,
        tls: true,
        caFile: null,
        nick: 'duffy',
        account: null,
        password: null,
        certificate: null,
        channels: ['#a', '#b'],
        trustNicks: false,
        bridgeAccounts: [],
        pace: { commandsPerMinute: 12, channelCommandsPerMinute: 30, burst: 4, everyMs: 1_500 },
      },
    ])
  })

  test('lets a server of one’s own be spoken to faster', async () => {
    const irc = { own: { host: 'irc.lab', pace: { commandsPerMinute: 600 } } }
    expect((await settings({ ...sound, irc })).irc[0]!.pace).toEqual({
      commandsPerMinute: 600,
      channelCommandsPerMinute: 30,
      burst: 4,
      everyMs: 1_500,
    })
  })

  test('takes each variable before the config', async () => {
    const irc = {
      libera: { host: 'a.example', nick: 'robot', account: 'robot', password: { env: 'IRC_PW' }, channels: ['#x'] },
    }
    const environment = { IRC_PW: 'geheim', DUFFY_IRC_HOST: '127.0.0.1', DUFFY_IRC_TLS: 'off', DUFFY_IRC_PORT: '7000' }
    const [network] = (await settings({ ...sound, irc }, environment)).irc
    expect(network).toMatchObject({
      network: 'libera',
      host: '127.0.0.1',
      port: 7000,
      tls: false,
      nick: 'robot',
      channels: ['#x'],
    })
    expect(network?.password?.reveal()).toBe('geheim')
  })

  test('adds a network of another name to those of the config', async () => {
    const irc = { libera: { host: 'a.example' } }
    const environment = { DUFFY_IRC_NETWORK: 'here', DUFFY_IRC_HOST: '127.0.0.1' }
    expect((await settings({ ...sound, irc }, environment)).irc.map(({ network, host }) => [network, host])).toEqual([
      ['libera', 'a.example'],
      ['here', '127.0.0.1'],
    ])
  })

  test('logs in under its nick when only a password is given', async () => {
    const environment = { DUFFY_IRC_HOST: 'a', DUFFY_IRC_NICK: 'robot', DUFFY_IRC_PASSWORD: 'geheim' }
    expect((await settings(sound, environment)).irc[0]).toMatchObject({ nick: 'robot', account: 'robot' })
  })

  test('reads a password from a file, without the end of its line', async () => {
    const file = join(await folder(), 'password')
    await writeFile(file, 'ge heim \n')
    const irc = { x: { host: 'a', account: 'b', password: { file } } }
    expect((await settings({ ...sound, irc })).irc[0]?.password?.reveal()).toBe('ge heim ')
  })

  test('logs in under its nick by a certificate, whose files stand beside the config', async () => {
    const file = await write({ ...sound, irc: { x: { host: 'a', certificate: 'us.pem', key: 'us.key' } } })
    await clientCertificate(dirname(file), 'us')
    const loaded = await loadConfig({ file, environment: {} })
    const certificate = { certFile: join(dirname(file), 'us.pem'), keyFile: join(dirname(file), 'us.key') }
    expect(loaded).toMatchObject({ settings: { irc: [{ account: 'duffy', password: null, certificate }] } })
  })

  test('takes the files of a certificate from the environment, and has a fault where they are no pair', async () => {
    const home = await folder()
    const [ours, other] = [await clientCertificate(home, 'ours'), await clientCertificate(home, 'other')]
    const environment = { DUFFY_IRC_HOST: 'a', DUFFY_IRC_CERTIFICATE: ours.certFile }
    const { certFile, keyFile } = ours
    expect((await settings(sound, { ...environment, DUFFY_IRC_KEY: keyFile })).irc[0]).toMatchObject({
      certificate: { certFile, keyFile },
    })
    expect(await faults(sound, { ...environment, DUFFY_IRC_KEY: other.keyFile })).toEqual([
      `DUFFY_IRC_KEY: The key in ${other.keyFile} is not that of the certificate in ${certFile}; name a pair of PEM files.`,
    ])
    expect(await faults(sound, environment)).toEqual([
      'DUFFY_IRC_CERTIFICATE: A certificate and its key go together; name both PEM files.',
    ])
    expect(await faults(sound, { ...environment, DUFFY_IRC_KEY: keyFile, DUFFY_IRC_TLS: 'off' })).toEqual([
      'irc.irc.tls: A certificate can be shown over TLS only; leave TLS on, or leave the certificate out.',
    ])
  })

  test('lets in the accounts that the environment names, for the tenant local', async () => {
    const environment = { DUFFY_IRC_HOST: 'a', DUFFY_IRC_NETWORK: 'libera', DUFFY_IRC_MEMBERS: 'Alice, bob,alice' }
    expect((await settings(sound, environment)).site.tenants[0]?.members).toEqual([
      'irc:libera:alice',
      'irc:libera:bob',
    ])
  })

  test('lets in every account of the network for a star', async () => {
    const environment = { DUFFY_IRC_HOST: 'a', DUFFY_IRC_MEMBERS: '*' }
    expect((await settings(sound, environment)).site.tenants[0]?.members).toEqual(['irc:irc:*'])
  })

  test.each([
    [
      { DUFFY_IRC_NICK: 'robot' },
      'DUFFY_IRC_HOST: Other DUFFY_IRC_ variables are set but no server; name one, such as `irc.libera.chat`.',
    ],
    [
      { DUFFY_IRC_HOST: 'a', DUFFY_IRC_ACCOUNT: 'b' },
      'DUFFY_IRC_PASSWORD: Duffy cannot log in as `b` without a password or a certificate; give one, or leave the account out.',
    ],
    [
      { DUFFY_IRC_HOST: 'a', DUFFY_IRC_CHANEL: '#b' },
      'DUFFY_IRC_CHANEL: There is no such variable; did you mean `DUFFY_IRC_CHANNELS`?',
    ],
    [
      { DUFFY_IRC_HOST: 'a', DUFFY_IRC_CHANNELS: 'b' },
      'DUFFY_IRC_CHANNELS: Give a channel, such as `#duffy`, without spaces and commas.',
    ],
    [
      { DUFFY_IRC_HOST: 'a', DUFFY_IRC_CHANNELS: '#b\r\nQUIT' },
      'DUFFY_IRC_CHANNELS: Give a channel, such as `#duffy`, without spaces and commas.',
    ],
    [
      { DUFFY_IRC_HOST: 'a', DUFFY_IRC_NICK: '1 2' },
      'DUFFY_IRC_NICK: A nick starts with a letter and has no spaces, at most 30 characters.',
    ],
    [{ DUFFY_IRC_HOST: 'a', DUFFY_IRC_TLS: 'maybe' }, 'DUFFY_IRC_TLS: Give `on` or `off`.'],
    [{ DUFFY_IRC_HOST: 'a', DUFFY_IRC_PORT: '0' }, 'DUFFY_IRC_PORT: Give a port, a whole number from 1 to 65535.'],
    [
      { DUFFY_IRC_HOST: 'a', DUFFY_IRC_NETWORK: 'A B' },
      'DUFFY_IRC_NETWORK: A name is small letters, digits and dashes, at most 41 of them, with a letter or a digit at both ends.',
    ],
    [
      { DUFFY_IRC_HOST: 'a', DUFFY_IRC_CA: '/nonexistent.pem' },
      'DUFFY_IRC_CA: The file /nonexistent.pem cannot be read (ENOENT); correct its path or its permissions.',
    ],
    [
      { DUFFY_IRC_HOST: 'a', DUFFY_IRC_MEMBERS: 'a:b' },
      'DUFFY_IRC_MEMBERS: An account has no spaces, colons and stars.',
    ],
    [{ DUFFY_PORT: '65536' }, 'DUFFY_PORT: Give a port, a whole number from 0 to 65535.'],
  ])('with %j has a fault', async (environment, sentence) => {
    expect(await faults(sound, environment)).toEqual([sentence])
  })

  test('has a fault where members have no tenant to speak for', async () => {
    expect(await faults({ ...sound, tenants: { lokal: {} } }, { DUFFY_IRC_HOST: 'a', DUFFY_IRC_MEMBERS: 'b' })).toEqual(
      [
        'DUFFY_IRC_MEMBERS: These accounts would speak for the tenant `local`, which the config does not have; did you mean `lokal`?',
      ],
    )
  })

  test('has a fault where a password stands in the config, and does not repeat it', async () => {
    expect(await faults({ ...sound, irc: { x: { host: 'a', account: 'b', password: 'geheim' } } })).toEqual([
      "irc.x.password: Say where it is to be found, `{ env: 'NAME' }` or `{ file: 'path' }`; a secret is never written in the config.",
    ])
  })

  test('has a fault where the variable of a password is not set', async () => {
    expect(await faults({ ...sound, irc: { x: { host: 'a', account: 'b', password: { env: 'NOT_THERE' } } } })).toEqual(
      ['irc.x.password.env: The environment variable `NOT_THERE` is not set; set it to the password.'],
    )
  })
})

describe('a secret', () => {
  test('prints as nothing but [redacted]', () => {
    const secret = new Secret('geheim')
    const printed = [String(secret), JSON.stringify({ secret }), inspect({ secret }, { showHidden: true, depth: 9 })]
    expect(printed.filter((text) => !text.includes('[redacted]') || text.includes('geheim'))).toEqual([])
  })

  test('is revealed when asked', () => {
    expect(new Secret('geheim').reveal()).toBe('geheim')
  })
})

describe('Slack', () => {
  const secrets = { DUFFY_SLACK_BOT_TOKEN: 'xoxb-1', DUFFY_SLACK_SIGNING_SECRET: 's' }

  test('is off when nobody says', async () => {
    expect((await settings(sound)).slack).toBeNull()
  })

  test('comes from the environment before the config', async () => {
    const slack = { botToken: { env: 'OTHER' }, appToken: { env: 'APP' }, apiUrl: 'https://slack.example/api' }
    const environment = { ...secrets, OTHER: 'xoxb-2', APP: 'xapp-1' }
    const read = (await settings({ ...sound, slack }, environment)).slack
    expect([read?.botToken.reveal(), read?.signingSecret?.reveal(), read?.appToken?.reveal(), read?.apiUrl]).toEqual([
      'xoxb-1',
      's',
      'xapp-1',
      'https://slack.example/api/',
    ])
  })

  test('names members by team and user', async () => {
    const environment = { ...secrets, DUFFY_SLACK_MEMBERS: 'T1:U2, slack:t1:w3, T2:*' }
    expect((await settings(sound, environment)).site.tenants[0]?.members).toEqual([
      'slack:T1:U2',
      'slack:T1:W3',
      'slack:T2:*',
    ])
  })

  test.each([
    [{ DUFFY_SLACK_BOT_TOKEN: 'xoxb-1' }, 'DUFFY_SLACK_SIGNING_SECRET: Give a signing secret'],
    [{ DUFFY_SLACK_SIGNING_SECRET: 's' }, 'DUFFY_SLACK_BOT_TOKEN: Give the bot token'],
    [{ ...secrets, DUFFY_SLACK_BOT_TOKEN: 'xoxp-1' }, 'DUFFY_SLACK_BOT_TOKEN: That is no bot token'],
    [{ ...secrets, DUFFY_SLACK_APP_TOKEN: 'xoxb-1' }, 'DUFFY_SLACK_APP_TOKEN: That is no app token'],
    [{ ...secrets, DUFFY_SLACK_API_URL: 'http://slack.example/api' }, 'DUFFY_SLACK_API_URL: The token would cross'],
    [{ ...secrets, DUFFY_SLACK_MEMBERS: 'alice' }, 'DUFFY_SLACK_MEMBERS: Give `<team>:<user>`'],
    [{ ...secrets, DUFFY_SLACK_TOKEN: 'x' }, 'DUFFY_SLACK_TOKEN: There is no such variable'],
  ])('with %j is refused with what to mend', async (environment, sentence) => {
    expect(await faults(sound, environment)).toEqual([expect.stringContaining(sentence)])
  })

  test('has secrets that are named and never written', async () => {
    expect(await faults({ ...sound, slack: { botToken: 'xoxb-1', signingSecret: { env: 'S' } } }, { S: 's' })).toEqual([
      expect.stringContaining('a secret is never written in the config'),
    ])
  })
})

describe('operators', () => {
  const irc = { libera: { host: 'irc.libera.chat', channels: ['#Lab-Ops'] } }

  test('are told nowhere unless said', async () => {
    expect((await settings(sound)).site).not.toHaveProperty('operators')
  })

  test('are told in channels of IRC and Slack', async () => {
    const operators = { notices: ['irc:libera:#lab-ops', 'slack:C0123456789'] }
    expect((await settings({ ...sound, irc, operators })).site.operators).toEqual([
      { door: 'irc:libera', room: '#lab-ops' },
      { door: 'slack', room: 'C0123456789' },
    ])
  })

  test('are obeyed in channels of IRC and Slack', async () => {
    const operators = { controlRooms: ['irc:libera:#Lab-Ops', 'slack:C0123456789'] }
    expect((await settings({ ...sound, irc, operators })).site.controlRooms).toEqual([
      'irc:libera:#lab-ops',
      'slack:C0123456789',
    ])
    const [fault] = await faults({ ...sound, irc, operators: { controlRooms: ['irc:libera:alice'] } })
    expect(fault).toContain('operators.controlRooms[0]: `irc:libera:alice` is no room')
  })

  test.each([
    ['#lab-ops', 'operators.notices[0]: `#lab-ops` is no room'],
    ['irc:libera:alice', 'operators.notices[0]: `irc:libera:alice` is no room'],
    ['irc:oftc:#lab-ops', 'operators.notices[0]: There is no network `oftc` in `irc`'],
    ['irc:libera:#other', 'operators.notices[0]: Duffy is not in `#other`: name it in `irc.libera.channels` too.'],
    ['slack:#lab-ops', 'operators.notices[0]: `slack:#lab-ops` is no room'],
  ])('cannot be told in %s', async (room, sentence) => {
    const [fault, ...others] = await faults({ ...sound, irc, operators: { notices: [room] } })
    expect(fault).toContain(sentence)
    expect(others).toEqual([])
  })
})
