import { VERBS } from '#core'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { HOST_KEY, serve, type Served } from '../http/fake.ts'

const DUFFY = fileURLToPath(new URL('../../../bin/duffy', import.meta.url))

const run = (
  program: string,
  words: readonly string[],
  served?: Served,
): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> => {
  const env = {
    PATH: process.env['PATH'],
    ...(served !== undefined && { DUFFY_URL: served.url, DUFFY_API_KEY: served.duffy.keys.alice }),
  }
  return new Promise((done) =>
    execFile(program, words, { env }, (error, out, err) => done({ exit: Number(error?.code ?? 0), out, err })),
  )
}
const duffy = (served: Served | undefined, ...words: string[]) => run(DUFFY, words, served)

const withMachine = async () => {
  const served = await serve()
  served.duffy.prompt = true
  await served.call('POST', '/api/v2/requests', { body: { type: 'metal' } })
  const [lease] = served.duffy.fleet.leases.values()
  return { served, lease: lease!.id, machine: lease!.machines[0]!.machine }
}

const LINE = `[192.0.2.7]:2222 ${HOST_KEY}\n`
const VARIABLES = { ansible_host: '192.0.2.7', ansible_port: 2222, ansible_user: 'ci', duffy_known_hosts: LINE }

test('inventory lists the machines of each lease, and how they are reached', async () => {
  const { served, lease, machine } = await withMachine()
  await using _ = served
  const { exit, out } = await duffy(served, 'inventory', '--list')
  expect(exit).toBe(0)
  expect(JSON.parse(out)).toEqual({
    _meta: { hostvars: { [machine]: VARIABLES } },
    all: { children: [`lease_${lease}`] },
    [`lease_${lease}`]: { hosts: [machine] },
  })
})

test('inventory --host tells of one machine, and refuses one that is not held', async () => {
  const { served, machine } = await withMachine()
  await using _ = served
  expect(JSON.parse((await duffy(served, 'inventory', '--host', machine)).out)).toEqual(VARIABLES)
  const none = await duffy(served, 'inventory', '--host', 'amd-9')
  expect([none.exit, none.err]).toEqual([1, 'duffy: you hold no amd-9; "duffy list" shows what you hold\n'])
})

test('ssh-config is what ssh reads, with the host keys in a file of their own', async () => {
  const { served, machine } = await withMachine()
  await using _ = served
  const folder = mkdtempSync(join(tmpdir(), 'duffy-config-'))
  const file = join(folder, 'known_hosts')
  const { exit, out } = await duffy(served, 'ssh-config', '--known-hosts', file)
  expect(exit).toBe(0)
  expect(out.split('\n').map((line) => line.trim())).toEqual(
    expect.arrayContaining([
      `Host ${machine}`,
      'HostName 192.0.2.7',
      'Port 2222',
      'User ci',
      `UserKnownHostsFile ${file}`,
    ]),
  )
  expect(readFileSync(file, 'utf8')).toBe(LINE)
  rmSync(folder, { recursive: true })
})

const HOST = 'HostName 192.0.2.7\n  Port 2222\n  User ci\n'

test('--format ssh-config gives what is held as hosts, and what get gets', async () => {
  const { served, machine } = await withMachine()
  await using _ = served
  expect(await duffy(served, 'list', '--format', 'ssh-config')).toEqual({
    exit: 0,
    out: `Host ${machine}\n  ${HOST}`,
    err: '',
  })
  const got = await duffy(served, 'get', 'metal', '--format', 'ssh-config')
  const other = [...served.duffy.fleet.leases.values()].at(-1)!.machines[0]!.machine
  expect(other).not.toBe(machine)
  expect([got.exit, got.out]).toEqual([0, `Host ${other}\n  ${HOST}`])
  expect(got.err).toContain(other)
})

test.each([
  [['list', '--format', 'xml'], '--format takes ssh-config; for JSON there is --json'],
  [['list', 'all', '--format', 'ssh-config'], 'duffy list --format ssh-config'],
  [['get', 'metal', '--wait', 'soon'], 'or nothing after it'],
])('%j is not understood, and says what is', async (words, said) => {
  const { exit, err } = await duffy(undefined, ...words)
  expect(exit).toBe(2)
  expect(err).toContain(said)
})

test.each([
  [['', ''], 'reserve'],
  [['list', '--format', ''], 'ssh-config'],
  [['tenants', ''], 'retire'],
  [['tenants', 'add', '--q'], '--quota'],
  [['get', 'metal', '--pl'], '--platform'],
  [['get', 'metal', '--platform', 'pre'], 'prefer'],
  [['inventory', '--h'], '--host'],
])('bash completes %j with %s', async (typed, offered) => {
  const { out: script } = await duffy(undefined, 'completion', 'bash')
  const words = typed[0] === '' ? [''] : typed
  const set = `COMP_WORDS=(duffy ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`
  const { out } = await run('bash', ['-c', `${script}\n${set}; _duffy; printf '%s\\n' "\${COMPREPLY[@]}"`])
  expect(out.split('\n')).toContain(offered)
})

test.each(['bash', 'zsh', 'fish'])('the completion of %s knows every verb', async (shell) => {
  const { exit, out } = await duffy(undefined, 'completion', shell)
  expect(exit).toBe(0)
  expect(VERBS.filter(({ name }) => !out.includes(`'${name}'`))).toEqual([])
})

test('completion for another shell says which there are', async () => {
  const { exit, err } = await duffy(undefined, 'completion', 'tcsh')
  expect([exit, err]).toEqual([2, 'duffy: name the shell: duffy completion bash, zsh or fish\n'])
})
