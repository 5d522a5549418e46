import { MINUTE } from '#core'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { defaultPatience } from '../../../adapters/irc/options.ts'
import { accounts, inspircdWithAnope, inspircdWithAtheme, type IrcNetwork } from '../../kit/irc/inspircd.ts'
import { person } from '../../kit/irc/person.ts'
import { openDoor, type TestDoor } from './door.ts'

/** After a minute away the next try is at most this far: the pauses grow no faster than twofold. */
const BACK_MS = 2 * MINUTE

const answers = async (network: IrcNetwork, duffy: TestDoor): Promise<void> => {
  await using alice = await person(network, {
    nick: 'alice',
    login: { account: 'alice', password: accounts.alice },
    channels: ['#duffy'],
  })
  alice.say('#duffy', '!duffy hello')
  await alice.waitFor(/PRIVMSG #duffy :alice: heard: hello/)
  expect(duffy.heard.at(-1)).toMatchObject({ account: 'alice', text: 'hello' })
}
const stop = async ({ services, ircd }: IrcNetwork): Promise<void> => {
  await services.kill()
  await ircd.kill()
}
const start = async ({ services, ircd }: IrcNetwork): Promise<void> => {
  await ircd.start()
  await services.start()
}

test.concurrent(
  'a server that is gone for a minute when Duffy starts is joined when it is there',
  async () => {
    await using network = await inspircdWithAnope()
    await stop(network)
    await using duffy = await openDoor(network, { patience: defaultPatience })
    await sleep(MINUTE)
    expect(duffy.door.state().phase).not.toBe('ready')
    await start(network)
    await duffy.waitFor('ready', BACK_MS)
    await answers(network, duffy)
  },
  4 * MINUTE,
)

test.concurrent(
  'a server that goes for a minute while Duffy runs is joined again when it is back',
  async () => {
    await using network = await inspircdWithAtheme()
    await using duffy = await openDoor(network, { patience: defaultPatience })
    await duffy.waitFor('ready', MINUTE)
    await answers(network, duffy)
    await stop(network)
    await sleep(MINUTE)
    expect(duffy.door.state().phase).not.toBe('ready')
    await start(network)
    await duffy.waitFor('ready', BACK_MS)
    await answers(network, duffy)
  },
  4 * MINUTE,
)
