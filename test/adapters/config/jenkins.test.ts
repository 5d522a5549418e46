import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../adapters/config/index.ts'
import { faults, settings, sound, write } from './site.ts'
import { KEY } from '../../kit/key.ts'

const URL = 'https://jenkins.example.org/'
const ENVIRONMENT = {
  SECRET: 'a secret of twenty characters',
  OTHER: 'another one of twenty characters',
  SHORT: 'short',
}
const site = (main: object, more: object = {}): object => ({ ...sound, jenkins: { main, ...more } })

test('a Jenkins by its address alone is asked once a minute, as anybody, at public addresses', async () => {
  expect((await settings(site({ url: URL }))).jenkins).toEqual([
    {
      name: 'main',
      url: URL,
      secret: null,
      credentials: null,
      ca: null,
      privateAddresses: false,
      askEveryMs: 60_000,
      lostAfterMs: 1_800_000,
      agents: null,
    },
  ])
})

test.each([
  ['https://jenkins.example.org', URL],
  ['https://Jenkins.example.org:443//', URL],
  ['http://jenkins.example.org:8080/ci', 'http://jenkins.example.org:8080/ci/'],
])('the address %s is that of %s', async (url, read) => {
  expect((await settings(site({ url }))).jenkins[0]!.url).toBe(read)
})

test('its secrets come from the environment, and print as nothing', async () => {
  const main = { url: URL, secret: { env: 'SECRET' }, user: 'duffy', token: { env: 'OTHER' } }
  const [read] = (await settings(site(main), ENVIRONMENT)).jenkins
  expect([read!.secret!.reveal(), read!.credentials!.token.reveal()]).toEqual([ENVIRONMENT.SECRET, ENVIRONMENT.OTHER])
  expect(`${JSON.stringify(read)} ${String(read!.secret)}`).not.toContain('twenty')
})

test('its authority stands in a file beside the config', async () => {
  const file = await write(site({ url: URL, ca: 'ca.pem' }))
  await writeFile(join(dirname(file), 'ca.pem'), 'PEM')
  expect(await loadConfig({ file, environment: {} })).toMatchObject({ settings: { jenkins: [{ ca: 'PEM' }] } })
})

test.each([
  [{}, 'url: Give the whole address'],
  [{ url: 'jenkins.example.org' }, 'url: Give the whole address'],
  [{ url: 'https://me@jenkins.example.org/' }, 'url: Give the whole address'],
  [{ url: `${URL}?a=b` }, 'url: Give the whole address'],
  [{ url: 'http://10.0.0.1/' }, 'url: 10.0.0.1 is no public address'],
  [{ url: 'http://[::1]:8080/' }, 'url: ::1 is no public address'],
  [{ url: URL, user: 'duffy' }, 'token: Give `user` and `token` together.'],
  [{ url: URL, token: { env: 'OTHER' } }, 'user: Give `user` and `token` together.'],
  [{ url: URL, user: 'a:b', token: { env: 'OTHER' } }, 'user: A name of a user has no colon.'],
  [
    { url: 'http://jenkins.example.org/', user: 'duffy', token: { env: 'OTHER' } },
    'url: The token would cross the network readable',
  ],
  [{ url: URL, secret: { env: 'SHORT' } }, 'secret: Whoever guesses it could end builds; give at least 20 characters.'],
  [{ url: URL, secret: { env: 'NOT_SET' } }, 'secret'],
  [{ url: URL, ca: 'missing.pem' }, 'ca'],
  [{ url: URL, askEvery: true }, 'askEvery: Give a length of time such as `1m`, or false.'],
  [{ url: URL, askEvery: '10ms' }, 'askEvery'],
  [{ url: URL, lostAfter: 'never' }, 'lostAfter'],
  [{ url: URL, askevery: '1m' }, 'askevery'],
])('%j has one fault: %s', async (main, sentence) => {
  expect(await faults(site(main), ENVIRONMENT)).toEqual([expect.stringContaining(`jenkins.main.${sentence}`)])
})

test('agents have one executor, the label duffy, and a folder beneath the home of whoever logs in', async () => {
  const main = { url: URL, user: 'duffy', token: { env: 'OTHER' }, agents: {} }
  expect((await settings(site(main), ENVIRONMENT)).jenkins[0]!.agents).toEqual({
    executors: 1,
    labels: ['duffy'],
    folder: 'jenkins',
    webSocket: true,
    sshKey: null,
  })
  const withKey = await settings(site({ url: URL, agents: { sshKey: `${KEY} jenkins@ci` } }))
  expect(withKey.jenkins[0]!.agents!.sshKey).toMatch(/^ssh-ed25519 AAAA\S+/)
})

test.each([
  [{ agents: {} }, 'agents: Duffy registers nodes as a user of the Jenkins'],
  [{ agents: { sshKey: 'ssh-rsa nonsense' } }, 'agents.sshKey: This is no public key'],
  [{ agents: { sshKey: KEY, folder: '../elsewhere' } }, 'agents.folder: Give a folder'],
  [{ agents: { sshKey: KEY, folder: '/root' } }, 'agents.folder: Give a folder'],
  [{ agents: { sshKey: KEY, labels: ['two words'] } }, 'agents.labels[0]: A label is'],
  [{ agents: { sshKey: KEY, executors: 0 } }, 'agents.executors: Give a whole number'],
  [{ agents: { sshKey: KEY, label: 'x' } }, 'agents.label: There is no setting `label` here; did you mean `labels`?'],
])('%j has one fault: %s', async (more, sentence) => {
  expect(await faults(site({ url: URL, ...more }), ENVIRONMENT)).toEqual([
    expect.stringContaining(`jenkins.main.${sentence}`),
  ])
})

test('two entries have neither an address nor a secret in common', async () => {
  const main = { url: URL, secret: { env: 'SECRET' } }
  expect(
    await faults(site(main, { other: { url: 'https://jenkins.example.org', secret: { env: 'SECRET' } } }), ENVIRONMENT),
  ).toEqual([
    'jenkins.other.url: Another entry has this address; describe each Jenkins once.',
    'jenkins.other.secret: Another entry has this secret; give each Jenkins one of its own.',
  ])
})

test('a name that nobody could be a member by is a fault', async () => {
  expect(await faults(site({ url: URL }, { 'no name': { url: 'https://b.example.org/' } }))).toEqual([
    expect.stringMatching(/^jenkins\.no name: /),
  ])
})
