import { afterAll, expect, test } from 'vitest'
import { keyPair, workshop } from '../kit/ansible.ts'

const base = workshop()
const key = keyPair(base.dir)
const shop = workshop({ infrastructureKey: key.path })
afterAll(() => Promise.all([base, shop].map((one) => one[Symbol.asyncDispose]())))

test('over SSH with the infrastructure key, each machine has a connection of its own', async () => {
  const names = ['c1', 'c2']
  const lease = { tenant: 'duffy', keys: [key.line] }
  const granted = await Promise.all(
    names.map(async (name) => {
      await shop.run({ driver: 'nsbox', name })
      return shop.run({ step: 'grant', driver: 'nsbox', name, lease })
    }),
  )
  const hosts = granted.map(({ result }, at) => {
    const port = result.outcome === 'ok' ? result.report.port : 0
    const known = '{ansible_host_key_checking: false}'
    return `- add_host: {name: ${names[at]}, ansible_host: 127.0.0.1, ansible_port: ${port}, ansible_user: ci, ansible_connection: ssh}
- raw: hostname
  delegate_to: ${names[at]}
  vars: ${known}
  register: said${at}`
  })
  const report = '- set_fact: {duffy_out: {data: {said: "{{ [said0.stdout, said1.stdout] | map(\'trim\') | list }}"}}}'
  await shop.site('check', [...hosts, report].join('\n'))
  const { result } = await shop.run({ step: 'check' })
  expect(result).toEqual({ outcome: 'ok', report: { data: { said: names } } })
})

test('a playbook sees nothing of the environment but what is allowed, and no home but its own', async () => {
  process.env['DUFFY_TEST_CANARY'] = 'seen'
  await shop.site(
    'collect',
    `- raw: env\n  register: said\n- set_fact: {duffy_out: {data: {said: "{{ said.stdout_lines }}"}}}`,
  )
  const { result, order } = await shop.run({ step: 'collect' })
  delete process.env['DUFFY_TEST_CANARY']
  const text = JSON.stringify(result)
  expect(text).not.toContain('DUFFY_TEST_CANARY')
  expect(text).toContain(`HOME=${shop.options.runsDir}/${order.run}-1`)
})

test('the playbook and its vars file are all that the command line tells', async () => {
  await shop.site(
    'revoke',
    `- raw: tr '\\0' ' ' < /proc/$(cut -d' ' -f4 /proc/$PPID/stat)/cmdline\n  register: said\n- set_fact: {duffy_out: {data: {said: "{{ said.stdout }}"}}}`,
  )
  const { result } = await shop.run({
    step: 'revoke',
    variables: { password: 'canary-5521' },
    lease: { tenant: 'canary-5522', keys: ['ssh-ed25519 canary'] },
  })
  expect(JSON.stringify(result)).toContain('ansible-playbook -i n1, -e @')
  expect(JSON.stringify(result)).not.toContain('canary')
})
