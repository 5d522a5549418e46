/** A Duffy to be killed: `ansible-duffy.ts OPTIONS ORDER HOLD` performs one order, and prints the group when it is asked to record it. */
import type { RunOrder } from '#core'
import { ansible } from '../../adapters/ansible/ansible.ts'
import type { AnsibleOptions } from '../../adapters/ansible/ansible.ts'

const [options = '', order = '', hold] = process.argv.slice(2)
const read = <T>(text: string): T => JSON.parse(text)
await ansible(read<AnsibleOptions>(options)).perform(read<RunOrder>(order), {
  async onGroup(group) {
    process.stdout.write(`${JSON.stringify(group)}\n`)
    if (hold === 'hold') await new Promise((resolve) => setTimeout(resolve, 60_000))
  },
  onProgress() {},
  signal: new AbortController().signal,
})
