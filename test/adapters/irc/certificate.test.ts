import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { irc } from '../../../adapters/irc/irc.ts'
import { clientCertificate } from '../../kit/irc/certificate.ts'
import { accounts, inspircdWithAtheme, type IrcNetwork } from '../../kit/irc/inspircd.ts'
import { person } from '../../kit/irc/person.ts'
import { until } from '../../kit/irc/until.ts'
import { openDoor } from './door.ts'

type Certificate = Awaited<ReturnType<typeof clientCertificate>>
let network: IrcNetwork
let folder: string
let known: Certificate
let unknown: Certificate

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duffy-certificate-'))
  known = await clientCertificate(folder, 'known')
  unknown = await clientCertificate(folder, 'unknown')
  network = await inspircdWithAtheme({ tls: true, fingerprints: [known.fingerprint] })
})
afterAll(async () => {
  await network?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** As whoever runs Duffy does once, logged in to its account. */
const add = async ({ fingerprint }: Certificate): Promise<void> => {
  const login = { account: 'duffybot', password: accounts.duffybot }
  await using owner = await person(network, { nick: 'keeper', login })
  owner.say('NickServ', `CERT ADD ${fingerprint}`)
  await owner.waitFor(/NOTICE keeper :Added fingerprint/)
}

const showing = ({ certFile, keyFile }: { certFile: string; keyFile: string }) => ({
  ...{ port: network.tlsPort, tls: true, caFile: network.caFile },
  ...{ login: false, account: 'duffybot', certificate: { certFile, keyFile } },
})

test('a certificate that services know logs it in, without a password', async () => {
  await using duffy = await openDoor(network, showing(known))
  await duffy.waitFor('ready')
  await using watcher = await person(network, { nick: 'watcher' })
  watcher.send('WHOIS duffy')
  await watcher.waitFor(/ 330 watcher duffy duffybot /)
})

test('it logs in by its certificate again when services return', async () => {
  await using duffy = await openDoor(network, showing(known))
  await duffy.waitFor('ready')
  await network.services.kill()
  await network.services.start()
  await until(() => duffy.log.join().includes('we were logged out'), { what: 'the logout' })
  await duffy.waitFor('ready')
  expect(duffy.door.state().attempts).toBe(1)
})

test('a certificate that services do not know is refused with what to do, and counts as soon as it was added', async () => {
  await using duffy = await openDoor(network, showing(unknown))
  await duffy.waitFor('identifying')
  expect(duffy.door.state().problem).toContain('NickServ CERT ADD')
  await add(unknown)
  await duffy.waitFor('ready')
  expect(duffy.door.state()).toMatchObject({ attempts: 1, problem: null })
})

test('a key that is not that of the certificate is a problem that it names, and it goes on trying', async () => {
  await using duffy = await openDoor(network, showing({ certFile: known.certFile, keyFile: unknown.keyFile }))
  await until(() => duffy.door.state().attempts > 1, { what: 'a second attempt' })
  expect(duffy.log.join()).toMatch(/key values mismatch/)
})

test('a certificate without TLS is refused before anything is sent', () => {
  const given = { network: 'test', host: '127.0.0.1', port: 1, nick: 'duffy', channels: [] }
  expect(() => irc({ ...given, tls: false, certificate: known })).toThrow('over TLS only')
})
