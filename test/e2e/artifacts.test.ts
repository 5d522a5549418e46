import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config, PoolConfig } from '../../adapters/config/config.ts'
import { keyPair, playOf } from '../kit/ansible.ts'
import { ssh } from '../kit/ansible-ssh.ts'
import { everything } from '../kit/artifacts.ts'
import { runDuffy, settled, type RunningDuffy } from '../kit/duffy.ts'
import { scratch } from '../kit/scratch.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NSBOX = join(ROOT, 'playbooks/drivers/nsbox')
const dir = realpathSync(mkdtempSync(join(scratch(), 'duffy-artifacts-e2e-')))
const alice = keyPair(dir, 'alice')
const site = keyPair(dir, 'site')

/** A site's own driver: boxes like any, of which is collected over SSH, as a machine far away would be. */
const driver = join(dir, 'playbooks/drivers/far')
mkdirSync(driver, { recursive: true })
for (const name of readdirSync(NSBOX)) if (name !== 'collect.yml') symlinkSync(join(NSBOX, name), join(driver, name))
writeFileSync(
  join(driver, 'collect.yml'),
  playOf(`- ansible.builtin.raw: "{{ lookup('env', 'DUFFY_PLAYBOOKS') | quote }}/collect/over-ssh"
- ansible.builtin.set_fact: {duffy_out: {}}`),
)

const pool = (name: string, own: Partial<PoolConfig>): PoolConfig => ({
  type: 'metal',
  driver: 'nsbox',
  grace: '0s',
  machines: [{ name, platform: 'box', variables: { disk_mib: 16, processes: 64 } }],
  ...own,
})
/** Of collections that hang: no longer than a test can wait, and long enough to start Duffy meanwhile on a busy host. */
const DEADLINE_S = 20
const config: Config = {
  platforms: { box: { arch: 'x86_64', vendor: 'any' } },
  pools: {
    near: pool('near-1', {}),
    far: pool('far-1', { driver: 'far' }),
    hung: pool('hung-1', { driver: 'far', deadlines: { collect: `${DEADLINE_S}s` } }),
  },
  tenants: { local: { quota: 4 }, other: { quota: 4 } },
  limits: { shortest: '1s' },
  ansible: { playbookDirs: [join(dir, 'playbooks')], infrastructureKey: site.path },
}

let duffy: RunningDuffy
let stranger: string
beforeAll(async () => {
  duffy = await runDuffy({ config })
  stranger = (await duffy.operate('POST', '/api/v2/tenants/other/api-keys', {})).body.key
}, 360_000)
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})

const get = async (type: string, more: object = {}) => {
  const { status, body } = await duffy.api('POST', '/api/v2/requests?wait=120s', {
    type,
    keys: [alice.line, site.line],
    ...more,
  })
  if (status !== 201) throw new Error(`${status}: ${JSON.stringify(body)}`)
  const [machine] = body.lease.machines
  return { id: body.lease.id as string, machine, inside: (command: string) => ssh(machine, alice.path, command) }
}
const artifacts = async (lease: string) => (await duffy.api('GET', `/api/v2/leases/${lease}/artifacts`)).body
const until = async (holds: () => Promise<boolean>, ms = 120_000): Promise<number> => {
  const begun = performance.now()
  while (!(await holds())) {
    if (performance.now() - begun > ms) throw new Error(`waited in vain\n${duffy.log()}`)
    await pause(100)
  }
  return performance.now() - begun
}
const collected = async (lease: string) => {
  await until(async () => (await artifacts(lease)).collecting.length === 0)
  return artifacts(lease)
}
const stateOf = async (name: string): Promise<string> =>
  (await duffy.operate('GET', `/api/v2/machines/${name}`)).body.machine.state
const paths = ({ artifacts: found }: { artifacts: { path: string }[] }): string[] => found.map(({ path }) => path)
const cli = async (...words: string[]): Promise<string> => {
  const env = { PATH: process.env['PATH'], HOME: dir, DUFFY_URL: duffy.url, DUFFY_DATA_DIR: duffy.dataDir }
  const node = join(ROOT, 'node_modules/.bin/node')
  return (await promisify(execFile)(node, [join(ROOT, 'adapters/cli/main.ts'), ...words], { env, cwd: dir })).stdout
}

describe('what done names', () => {
  test('is there afterwards for its tenant, at the command line too, and for no other', async () => {
    const { id, machine, inside } = await get('near')
    inside(
      'mkdir /tmp/log && echo first > /tmp/log/a.log && echo second > /tmp/log/b.log && head -c 100000 /dev/urandom > /tmp/log/c',
    )
    const sum = inside('sha256sum < /tmp/log/c').text
    const given = await duffy.api('POST', `/api/v2/leases/${id}/done`, {
      collect: ['/tmp/log/*.log', '/tmp/log/c', '/nowhere'],
    })
    expect(given.body).toMatchObject({
      outcome: 'done',
      collecting: [id],
      detail: expect.stringContaining(`artifacts ${id}`),
    })
    const listed = await collected(id)
    expect(paths(listed)).toEqual(['/tmp/log/a.log', '/tmp/log/b.log', '/tmp/log/c'])
    expect(listed.leftOut).toEqual([{ machine: machine.name, path: '/nowhere', because: 'nothing is there' }])

    expect(await cli('artifacts', id, '--wait', '1m')).toContain('/tmp/log/a.log')
    const to = join(dir, 'saved')
    await cli('artifacts', 'get', id, '--to', to)
    expect(readFileSync(join(to, machine.name, 'tmp/log/a.log'), 'utf8')).toBe('first\n')
    const { createHash } = await import('node:crypto')
    expect(
      createHash('sha256')
        .update(readFileSync(join(to, machine.name, 'tmp/log/c')))
        .digest('hex'),
    ).toBe(sum.split(' ')[0])
    await expect(cli('artifacts', 'get', id, '--to', to)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is there already'),
    })

    const theirs = { headers: { authorization: `Bearer ${stranger}` } }
    const [first] = listed.artifacts
    const statuses = await Promise.all(
      [`/api/v2/leases/${id}/artifacts`, `/api/v2/artifacts/${first.id}`].map(
        async (path) => (await fetch(duffy.url + path, theirs)).status,
      ),
    )
    expect(statuses).toEqual([404, 404])

    const { body: audit } = await duffy.operate('GET', '/api/v2/audit?limit=500')
    const trail = JSON.stringify(audit)
    expect(trail).toContain('"collected":{"files":3,"bytes":100013,"leftOut":1}')
    await settled(duffy)
  }, 240_000)
})

describe('what was named when the machine was asked for', () => {
  test('is collected when the time of the lease is over', async () => {
    const { id, inside } = await get('near', { for: '12s', collect: ['/tmp/kept'] })
    expect(inside('echo to the end > /tmp/kept').status).toBe(0)
    await until(async () => (await duffy.api('GET', `/api/v2/leases/${id}`)).body.lease.state === 'ended')
    const listed = await collected(id)
    expect(paths(listed)).toEqual(['/tmp/kept'])
    await settled(duffy)
  }, 240_000)
})

describe('a machine far away', () => {
  test('is collected from over SSH', async () => {
    const { id, inside } = await get('far')
    inside('mkdir -p "/tmp/a b" && echo far > "/tmp/a b/file" && ln -s /etc/passwd /tmp/link')
    const said = await cli(
      'done',
      id,
      '--collect',
      '/tmp/a b',
      '--collect',
      '/tmp/l*',
      '--collect',
      '/tmp/$(touch /tmp/evil)',
      '--collect',
      '/tmp/evil',
    )
    expect(said).toContain(`What is collected first: duffy artifacts ${id}.`)
    const listed = await collected(id)
    expect([paths(listed), listed.failed]).toEqual([['/tmp/a b/file'], []])
    expect(listed.leftOut).toEqual([{ machine: 'far-1', path: '/tmp/link', because: 'a symbolic link' }])
    await settled(duffy)
  }, 240_000)

  test('that lies is not believed: what it sends is taken for names and bytes, and ends where it is nonsense', async () => {
    const { id, inside } = await get('far')
    const lie = `import sys, tarfile, io
out = tarfile.open(fileobj=sys.stdout.buffer, mode='w|')
def put(name, text=b'lie', **of):
    one = tarfile.TarInfo(name); one.size = len(text)
    for key, value in of.items(): setattr(one, key, value)
    out.addfile(one, io.BytesIO(text))
put('../../../../../../etc/cron.d/evil'); put('/etc/absolute'); put('manifest'); put('1'); put('new\\nline')
put('link', b'', type=tarfile.SYMTYPE, linkname='/'); put('link/through')
put('hard', b'', type=tarfile.LNKTYPE, linkname='/etc/shadow'); put('device', b'', type=tarfile.CHRTYPE, devmajor=1, devminor=5)
out.fileobj.write(b'no archive' * 100)
sys.stdout.flush()
`
    const written = inside(
      `echo ${Buffer.from(lie).toString('base64')} | base64 -d > ~/lie.py; echo 'python3 ~/lie.py; exit' > ~/.bashrc`,
    )
    expect(written.status).toBe(0)
    await duffy.api('POST', `/api/v2/leases/${id}/done`, { collect: ['/tmp'] })
    const listed = await collected(id)
    expect(paths(listed)).toEqual([
      '/../../../../../../etc/cron.d/evil',
      '/etc/absolute',
      '/manifest',
      '/1',
      '/new\\x0aline',
      '/link/through',
    ])
    expect(listed.leftOut.map(({ path, because }: { path: string; because: string }) => `${path}: ${because}`)).toEqual(
      ['/link: a symbolic link', '/hard: a second name of a file', '/device: no file'],
    )
    expect(listed.failed).toMatchObject([{ machine: 'far-1', because: expect.stringContaining('no archive of tar') }])
    const names = everything(join(duffy.dataDir, 'artifacts')).map((path) => path.slice(duffy.dataDir.length))
    expect(
      names.filter(
        (name) => !/^\/artifacts\/(?:inbox|kept(?:\/[A-Z0-9]+(?:\/(?:kept-\d+|index\.json))?)?)$/.test(name),
      ),
    ).toEqual([])
    await settled(duffy)
  }, 240_000)

  test('that hangs keeps nobody waiting: it comes back at the deadline of the step', async () => {
    const { id, inside } = await get('hung')
    expect(inside('echo "sleep 1000" > ~/.bashrc').status).toBe(0)
    const begun = performance.now()
    await duffy.api('POST', `/api/v2/leases/${id}/done`, { collect: ['/tmp'] })
    expect(await stateOf('hung-1')).toBe('collecting')
    // The lease is over for whoever had it, all the while.
    expect((await duffy.api('GET', `/api/v2/leases/${id}`)).body.lease.state).toBe('ended')
    await until(async () => (await stateOf('hung-1')) !== 'collecting')
    const took = performance.now() - begun
    expect(took).toBeGreaterThan((DEADLINE_S - 5) * 1000)
    expect(took).toBeLessThan((DEADLINE_S + 15) * 1000)
    expect((await artifacts(id)).failed).toMatchObject([
      { machine: 'hung-1', because: expect.stringContaining('took too long') },
    ])
    await settled(duffy)
  }, 240_000)

  test('of which Duffy was collecting when it was killed comes back, and its collection is over', async () => {
    const { id, inside } = await get('hung')
    expect(inside('echo "sleep 1000" > ~/.bashrc').status).toBe(0)
    const begun = performance.now()
    await duffy.api('POST', `/api/v2/leases/${id}/done`, { collect: ['/tmp'] })
    await until(async () => readdirSync(join(duffy.dataDir, 'artifacts/inbox')).length > 0)
    await pause(2000)
    await duffy.kill()
    await duffy.start()
    expect(await stateOf('hung-1')).toBe('collecting')
    await until(async () => (await stateOf('hung-1')) !== 'collecting')
    // Counted from when it was given back, not from the second beginning.
    expect(performance.now() - begun).toBeLessThan((DEADLINE_S + 15) * 1000)
    expect((await artifacts(id)).failed).toHaveLength(1)
    await settled(duffy)
    expect(readdirSync(join(duffy.dataDir, 'artifacts/inbox'))).toEqual([])
    const { body } = await duffy.operate('GET', '/api/v2/verify')
    expect(body.ok).toBe(true)
  }, 240_000)
})
