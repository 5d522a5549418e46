import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { hostOf } from '../ssh-config.ts'
import { knownHosts } from '../ssh-command.ts'
import { expectAlone, expectOnly, optionOf } from '../words.ts'
import { EXIT, Stop } from '../world.ts'
import type { Command } from './command.ts'
import { openMachines } from './inventory.ts'

/** For scp, rsync and editors, which read what `ssh` reads. */
export const sshConfig: Command = {
  name: 'ssh-config',
  usage: 'duffy ssh-config [--known-hosts FILE]',
  summary: 'the machines that you hold, as hosts for ~/.ssh/config',
  more: 'With --known-hosts the host keys that Duffy saw are written to FILE, and hosts are checked against them alone.',
  async run(call) {
    expectOnly(call.words.options, ['known-hosts'])
    expectAlone(call.words, sshConfig.usage)
    const given = optionOf(call.words.options, 'known-hosts')
    const file = given === undefined ? null : resolve(given)
    if (file !== null && /[\s"%$]/.test(file))
      throw new Stop(EXIT.misread, '--known-hosts takes a file with no space, quote, "%" or "$" in its path')
    const held = await openMachines(call)
    if (!held.ok) return held.exit
    const machines = held.leases.flatMap((lease) => lease.machines)
    const hosts = machines.map((machine) => hostOf(machine, file))
    if (file !== null) writeFileSync(file, machines.map(knownHosts).join(''), { mode: 0o600 })
    call.world.out(hosts.join('\n\n'))
    return EXIT.done
  },
}
