import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { HostFault } from '../../../adapters/host-fault.ts'
import { workshop } from '../../kit/ansible.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

const report = `- set_fact: {duffy_out: {address: 10.0.0.9, port: "22", power: "on", colour: red}}`

test('a playbook that reports is ok, and unknown names of its report are dropped', async () => {
  await shop.site('provision', report)
  const { result } = await shop.run()
  expect(result).toEqual({ outcome: 'ok', report: { address: '10.0.0.9', port: 22, power: 'on' } })
})

test('progress is told task by task', async () => {
  await shop.site(
    'check',
    `- name: first\n  raw: "true"\n- name: second\n  raw: "false"\n  ignore_errors: true\n${report}`,
  )
  const { progress } = await shop.run({ step: 'check' })
  expect(
    progress.map((told) => (told.type === 'task' ? told.task : told.type === 'result' ? told.status : told.type)),
  ).toEqual(['first', 'ok', 'second', 'ignored', 'set_fact', 'ok', 'exit'])
})

test('a report with a wrong value is broken, and the value is named', async () => {
  await shop.site('grant', `- set_fact: {duffy_out: {address: "-oProxyCommand=x"}}`)
  const { result } = await shop.run({ step: 'grant' })
  expect(result).toEqual({ outcome: 'broken', message: 'duffy_out.address: must be a host name or an IP address' })
})

test('a report in the words of CentOS Duffy v3 is read', async () => {
  await shop.site(
    'recycle',
    `- set_fact: {duffy_out: {nodes: [{hostname: n1.example.org, ipaddr: 10.0.0.7, serial: 5}]}}`,
  )
  const { result } = await shop.run({ step: 'recycle' })
  expect(result).toEqual({
    outcome: 'ok',
    report: { address: '10.0.0.7', data: { hostname: 'n1.example.org', ipaddr: '10.0.0.7', serial: 5 } },
  })
})

test('a playbook that ends well without a report is broken', async () => {
  await shop.site('revoke', `- raw: "true"`)
  const { result } = await shop.run({ step: 'revoke' })
  expect(result).toEqual({ outcome: 'broken', message: 'the playbook ended well but did not set duffy_out' })
})

test('a failed task is failed, with its name and what its program said last', async () => {
  await shop.site('collect', `- name: try the disk\n  command: sh -c 'echo no such disk >&2; exit 3'\n${report}`)
  const { result } = await shop.run({ step: 'collect' })
  expect(result).toEqual({ outcome: 'failed', message: 'try the disk: non-zero return code; no such disk' })
})

test('what a task marked no_log said is not told', async () => {
  await shop.site('rebuild', `- name: quiet\n  command: sh -c 'echo canary-5512 >&2; exit 3'\n  no_log: true`)
  const { result, log } = await shop.run({ step: 'rebuild' })
  expect(result).toMatchObject({ outcome: 'failed', message: expect.not.stringContaining('canary') })
  expect(log).not.toContain('canary')
})

test('a machine that does not answer is unreachable', async () => {
  await shop.site(
    'shutdown',
    `- name: reach it\n  add_host: {name: far, ansible_host: 127.0.0.1, ansible_port: 1, ansible_connection: ssh}\n- raw: "true"\n  delegate_to: far`,
  )
  const { result } = await shop.run({ step: 'shutdown' })
  expect(result).toMatchObject({ outcome: 'unreachable', message: expect.stringContaining('refused') })
})

test('a playbook that ansible cannot read is broken, not unreachable', async () => {
  await mkdir(join(shop.dir, 'site/drivers/odd'), { recursive: true })
  await writeFile(join(shop.dir, 'site/drivers/odd/check.yml'), '- hosts: [all\n')
  const { result } = await shop.run({ driver: 'odd', step: 'check' })
  expect(result).toMatchObject({ outcome: 'broken', message: expect.stringContaining('status 4') })
})

test('a step without a playbook is broken, and the expected file is named', async () => {
  const { result } = await shop.run({ driver: 'odd', step: 'grant' })
  expect(result).toMatchObject({ outcome: 'broken', message: expect.stringContaining('drivers/odd/grant.yml') })
})

test('a driver cannot be named out of the playbooks', async () => {
  const { result } = await shop.run({ driver: '../../etc' })
  expect(result).toMatchObject({
    outcome: 'broken',
    message: expect.stringContaining('cannot be the name of a driver'),
  })
})

test('without ansible on the PATH no machine is to blame: it is this host that cannot', async () => {
  await using bare = workshop({ environment: { PATH: '/nonexistent' } })
  const run = bare.run({ driver: 'null' })
  await expect(run).rejects.toThrow(HostFault)
  await expect(run).rejects.toThrow('ansible-playbook is not on the PATH')
})

test('nor when the playbooks are gone, or the directory of runs cannot be written', async () => {
  await using moved = workshop({ playbooksDir: '/nonexistent' })
  await moved.site('check', report)
  await expect(moved.run({ driver: 'null' })).rejects.toThrow(HostFault)
  await using full = workshop()
  await full.site('check', report)
  await rm(full.options.runsDir, { recursive: true })
  await writeFile(full.options.runsDir, 'no directory')
  await expect(full.run({ step: 'check' })).rejects.toThrow(HostFault)
})

test('a playbook killed from outside has failed, so that it is not begun again at once and for ever', async () => {
  // Its worker's parent is ansible-playbook; the gate stays.
  await shop.site('provision', `- raw: kill -9 $PPID $(cut -d' ' -f4 /proc/$PPID/stat)\n- pause: {seconds: 20}`)
  const { result } = await shop.run()
  expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('killed from outside') })
})

test('what a run leaves behind is its log, for us alone', async () => {
  await shop.site('provision', report)
  const { order } = await shop.run()
  expect(await readdir(join(shop.options.runsDir, `${order.run}-1`))).toEqual(['log'])
})
