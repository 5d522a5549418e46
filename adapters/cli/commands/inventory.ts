import type { HeldMachineView, LeaseView } from '#core'
import { ask, type Call } from '../call.ts'
import { knownHosts, sshWhere } from '../ssh-command.ts'
import { expectAlone, expectOnly, optionOf } from '../words.ts'
import { EXIT, Stop, type Exit } from '../world.ts'
import type { Command } from './command.ts'

/** What Ansible asks of a program that knows hosts. */
export const inventory: Command = {
  name: 'inventory',
  usage: 'duffy inventory [--list | --host NAME]',
  summary: 'the machines that you hold and can log in to, as an inventory for Ansible',
  more: 'Each lease is a group, "lease_L7Q2". "duffy_known_hosts" holds the host keys as lines of a known_hosts file.',
  async run(call) {
    expectOnly(call.words.options, ['list', 'host'])
    expectAlone(call.words, inventory.usage)
    const host = optionOf(call.words.options, 'host')
    const held = await openMachines(call)
    if (!held.ok) return held.exit
    const { leases } = held
    if (host === undefined) return print(call, listOf(leases))
    const machine = leases.flatMap(({ machines }) => machines).find(({ name }) => name === host)
    if (machine === undefined) throw new Stop(EXIT.refused, `you hold no ${host}; "duffy list" shows what you hold`)
    return print(call, variablesOf(machine))
  },
}

type Held = Pick<LeaseView, 'id' | 'machines'>

/** The asker's leases, with the machines of each that one can log in to. */
export async function openMachines(
  call: Call,
): Promise<{ readonly ok: true; readonly leases: readonly Held[] } | { readonly ok: false; readonly exit: Exit }> {
  const asked = await ask(call, { path: '/api/v2/leases?limit=1000' })
  if (!asked.ok) return asked
  const leases = asked.answer.body?.['leases'] as readonly LeaseView[]
  return { ok: true, leases: leases.map(({ id, machines }) => ({ id, machines: machines.filter(({ open }) => open) })) }
}

const listOf = (leases: readonly Held[]): object => {
  const groups = leases.map(({ id, machines }) => [`lease_${id}`, { hosts: machines.map(({ name }) => name) }] as const)
  const hosts = leases.flatMap(({ machines }) => machines)
  return {
    _meta: { hostvars: Object.fromEntries(hosts.map((machine) => [machine.name, variablesOf(machine)])) },
    all: { children: groups.map(([name]) => name) },
    ...Object.fromEntries(groups),
  }
}

const variablesOf = (machine: HeldMachineView): object => {
  sshWhere(machine)
  return {
    ansible_host: machine.address,
    ansible_port: machine.port ?? 22,
    ansible_user: machine.user ?? 'root',
    duffy_known_hosts: knownHosts(machine),
  }
}

const print = ({ world }: Call, value: object): Exit => {
  world.out(JSON.stringify(value, null, 2))
  return EXIT.done
}
