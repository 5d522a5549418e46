import type { HeldMachineView, LeaseView } from '#core'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from '../call.ts'
import { identityOf, knownHosts, sshWhere } from '../ssh-command.ts'
import { expectOnly } from '../words.ts'
import { EXIT, Stop, type Exit, type World } from '../world.ts'
import type { Command } from './command.ts'

export const ssh: Command = {
  name: 'ssh',
  usage: 'duffy ssh [lease or machine] [-- command…]',
  summary: 'log in to the machine you hold, or to one of them, its host keys checked against those that Duffy saw',
  whole: (operands) => operands.length >= 2,
  async run(call) {
    const { operands, options, beforeDashes } = call.words
    expectOnly(options, [])
    const asked = await ask(call, { path: '/api/v2/leases?limit=1000' })
    if (!asked.ok) return asked.exit
    const leases = asked.answer.body?.['leases'] as readonly LeaseView[]
    const what = beforeDashes > 1 ? operands[1] : undefined
    const command = operands.slice(what === undefined ? 1 : 2)
    return connect(call.world, chosen(leases, what), command)
  },
}

/** The machine meant: by its name, by its lease, or the only one there is. */
const chosen = (leases: readonly LeaseView[], what: string | undefined): HeldMachineView => {
  const named = leases.flatMap((lease) =>
    what === undefined || lease.id === what.toUpperCase()
      ? lease.machines
      : lease.machines.filter(({ name }) => name === what),
  )
  const open = named.filter((machine) => machine.open)
  if (open.length === 1) return open[0]!
  const names = open.map(({ name }) => name).join(', ')
  if (open.length > 1) throw new Stop(EXIT.misread, `which one? ${names}; say: duffy ssh ${open[0]!.name}`)
  if (named.length > 0)
    throw new Stop(EXIT.refused, `${named[0]!.name} is still being prepared; "duffy list" says when it is ready`)
  throw new Stop(
    EXIT.refused,
    what === undefined
      ? 'you hold no machine; get one: duffy get metal'
      : `you hold no ${what}; "duffy list" shows what you hold`,
  )
}

const connect = async (world: World, machine: HeldMachineView, command: readonly string[]): Promise<Exit> => {
  const where = [...identityOf(world.env['HOME']), ...sshWhere(machine)]
  const folder = mkdtempSync(join(tmpdir(), 'duffy-ssh-'))
  try {
    const hosts = join(folder, 'known_hosts')
    writeFileSync(hosts, knownHosts(machine), { mode: 0o600 })
    const settings = ['StrictHostKeyChecking=yes', `UserKnownHostsFile=${hosts}`, ...OWN_HOSTS_ONLY]
    return await follow(world, [...settings.flatMap((setting) => ['-o', setting]), ...where, ...command])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What Duffy saw is what counts, not what the asker's machine met at that address before. */
const OWN_HOSTS_ONLY = ['GlobalKnownHostsFile=/dev/null', 'UpdateHostKeys=no']

/** Runs `ssh` in our place, and ends as it ended. */
const follow = (world: World, words: readonly string[]): Promise<Exit> =>
  new Promise((resolve, reject) => {
    const child = spawn(world.env['DUFFY_SSH'] ?? 'ssh', words, { stdio: 'inherit' })
    const leaveToChild = (): void => {}
    process.on('SIGINT', leaveToChild)
    child.on('error', (cause) => reject(new Stop(EXIT.fault, `cannot run ssh: ${cause.message}`, cause)))
    child.on('close', (code, signal) => {
      process.off('SIGINT', leaveToChild)
      resolve((code ?? 128 + constants.signals[signal!]) as Exit)
    })
  })
