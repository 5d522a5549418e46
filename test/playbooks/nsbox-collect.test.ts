import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RunReport, Step } from '#core'
import type { ArtifactStore } from '../../adapters/artifacts/store.ts'
import { keyPair, workshop, type OrderOf } from '../kit/ansible.ts'
import { ssh } from '../kit/ansible-ssh.ts'
import { allBytes, collect, contentsOf, everything, LEASE, storeIn, type Collecting } from '../kit/artifacts.ts'
import { scratch } from '../kit/scratch.ts'

const shop = workshop()
const key = keyPair(shop.dir)
const VARIABLES = { disk_mib: 8, processes: 64 }
const canary = `canary-${process.pid}-of-the-host`
writeFileSync(join(shop.dir, 'canary'), canary, { mode: 0o644 })
let folder: string
let store: ArtifactStore
let box: RunReport

const step = async (name: Step, of: OrderOf = {}): Promise<RunReport> => {
  const { result, log } = await shop.run({ step: name, driver: 'nsbox', variables: VARIABLES, ...of })
  if (result.outcome !== 'ok') throw new Error(`${name}: ${result.message}\n${log}`)
  return result.report
}
const inside = (command: string): string => {
  const { status, text } = ssh(box, key.path, command)
  if (status !== 0) throw new Error(`${command}: ${text}`)
  return text
}
const collected = (wanted: Collecting) => collect(shop, store, wanted, { variables: VARIABLES })
const leftOut = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await store.of(LEASE)).leftOut.map(({ path, because }) => [path, because]))

beforeAll(async () => {
  folder = mkdtempSync(join(scratch(), 'duffy-artifacts-'))
})
beforeEach(async () => {
  box = await step('recycle')
  await step('grant', { lease: { tenant: 'acme', keys: [key.line] } })
  rmSync(folder, { recursive: true, force: true })
  store = await storeIn(folder)
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** Files and traps in /tmp/c, as a tenant would make them who wants to read Duffy's host, fill it, or keep it busy. */
const TRAPS = (host: string): string => `
import os, socket
os.makedirs('/tmp/c/sub/deeper'); os.chdir('/tmp/c')
def put(name, text): open(name, 'wb').write(text)
put(b'plain', b'plain text'); put(b'empty', b''); put(b'.hidden', b'hidden'); put(b'sub/deeper/file', b'deep')
put(b'new\\nline', b'1'); put(b'esc\\x1b[2J', b'2'); put(b'\\xff\\xfe', b'3'); put(b'-rf', b'4'); put(b'..', b'5') if 0 else None
put('\\u202egnp.exe'.encode(), b'6'); put(b'{{ 7 * 7 }}', b'7'); put(b'$(touch x)', b'8'); put(b'back\\\\slash', b'9')
put(b'n' * 255, b'10'); put(b'...', b'11'); put(b'"quote\\'', b'12'); put(b'..%2f..%2fetc', b'13')
os.symlink(${JSON.stringify(host)}, 'to-host'); os.symlink('../../../../../../../..' + ${JSON.stringify(host)}, 'up-to-host')
os.symlink('/', 'to-root'); os.symlink('/proc/1/root', 'to-proc-root'); os.symlink('nowhere', 'dangling'); os.symlink('.', 'loop')
os.symlink('plain', 'to-plain'); os.link('plain', 'hard')
os.mkfifo('fifo'); s = socket.socket(socket.AF_UNIX); s.bind('socket')
open('sparse', 'wb').truncate(2**40)
os.makedirs('/tmp/c/' + '/'.join(['d'] * 100)); put(b'/tmp/c/' + b'/'.join([b'd'] * 100) + b'/bottom', b'x')
`

describe('what a tenant laid out to trap Duffy', () => {
  test('comes as plain files with names that print, and nothing of the host', async () => {
    const script = Buffer.from(TRAPS(join(shop.dir, 'canary'))).toString('base64')
    inside(`echo ${script} | base64 -d | python3 -`)
    const { result } = await collected({ paths: ['/tmp/c', '/tmp/c/to-root/etc/passwd', '/tmp/c/to-plain'] })
    expect(result).toMatchObject({ outcome: 'ok', report: { collected: { files: 17 } } })
    const contents = await contentsOf(store)
    const texts = Object.fromEntries([...contents].map(([path, bytes]) => [path, bytes.toString('latin1')]))
    expect(texts).toEqual({
      '/tmp/c/plain': 'plain text',
      '/tmp/c/hard': 'plain text',
      '/tmp/c/empty': '',
      '/tmp/c/.hidden': 'hidden',
      '/tmp/c/sub/deeper/file': 'deep',
      '/tmp/c/new\\x0aline': '1',
      '/tmp/c/esc\\x1b[2J': '2',
      '/tmp/c/\\xff\\xfe': '3',
      '/tmp/c/-rf': '4',
      '/tmp/c/\\xe2\\x80\\xaegnp.exe': '6',
      '/tmp/c/{{ 7 * 7 }}': '7',
      '/tmp/c/$(touch x)': '8',
      '/tmp/c/back\\\\slash': '9',
      [`/tmp/c/${'n'.repeat(255)}`]: '10',
      '/tmp/c/...': '11',
      '/tmp/c/"quote\'': '12',
      '/tmp/c/..%2f..%2fetc': '13',
    })
    expect(await leftOut()).toMatchObject({
      '/tmp/c/to-host': 'a symbolic link',
      '/tmp/c/up-to-host': 'a symbolic link',
      '/tmp/c/to-root': expect.stringContaining('symbolic link'),
      '/tmp/c/to-proc-root': 'a symbolic link',
      '/tmp/c/to-plain': 'a symbolic link',
      '/tmp/c/dangling': 'a symbolic link',
      '/tmp/c/loop': 'a symbolic link',
      '/tmp/c/fifo': 'no file',
      '/tmp/c/socket': 'no file',
      '/tmp/c/sparse': expect.stringMatching(/^1099511627776 bytes, and there is room for \d+$/),
      [`/tmp/c${'/d'.repeat(64)}`]: 'more than 64 folders deep',
    })
    expect(allBytes(folder).includes(canary)).toBe(false)
    // Whatever the files were called, here they have names of Duffy's own, and are nobody else's to read.
    const names = everything(folder).map((path) => path.slice(folder.length))
    expect(
      names.filter((name) => !/^\/(?:inbox|kept(?:\/[A-Z0-9]+(?:\/(?:kept-\d+|index\.json))?)?)$/.test(name)),
    ).toEqual([])
    expect(everything(folder).filter((path) => lstatSync(path).isSymbolicLink())).toEqual([])
    expect(everything(folder).filter((path) => (lstatSync(path).mode & 0o077) !== 0)).toEqual([])
  }, 120_000)

  test('and of files that are no files nothing comes', async () => {
    const paths = [
      '/dev',
      '/proc/1/environ',
      '/proc/1/root/etc/passwd',
      '/proc/kcore',
      '/proc/self',
      '/sys',
      '/nowhere/*',
    ]
    const { result } = await collected({ paths })
    expect(result.outcome).toBe('ok')
    const contents = await contentsOf(store)
    expect([...contents.values()].every((bytes) => bytes.length === 0)).toBe(true)
    expect(await leftOut()).toMatchObject({
      '/dev/null': 'no file',
      '/proc/self': 'a symbolic link',
      '/nowhere/*': 'nothing is there',
    })
  }, 120_000)

  test('and that changes while it is read stands still, or comes as it was', async () => {
    inside(`mkdir /tmp/g && cd /tmp/g && echo start > log && ln -s ${shop.dir}/canary link && echo mine > file && cp file swap
      nohup sh -c 'while :; do echo more >> log; done' >/dev/null 2>&1 &
      nohup sh -c 'while :; do ln -f file swap; ln -sf ${shop.dir}/canary swap; done' >/dev/null 2>&1 &
      nohup setsid unshare -Ur sh -c 'while :; do echo nested >> /tmp/g/nested; done' >/dev/null 2>&1 & sleep 0.3`)
    const { result } = await collected({ paths: ['/tmp/g'] })
    expect(result.outcome).toBe('ok')
    const contents = await contentsOf(store)
    expect(contents.get('/tmp/g/log')!.toString()).toMatch(/^start\n(?:more\n)+$/)
    expect(allBytes(folder).includes(canary)).toBe(false)
    // Nothing in the box has moved since.
    const again = await collected({ paths: ['/tmp/g/log'] })
    expect(again.result.outcome).toBe('ok')
    const logs = (await store.of(LEASE)).artifacts.filter(({ path }) => path === '/tmp/g/log')
    expect(new Set(logs.map(({ bytes }) => bytes)).size).toBe(1)
    expect(logs).toHaveLength(2)
  }, 120_000)

  test('and that makes processes without end is read all the same', async () => {
    inside(`echo kept > /tmp/kept; printf 'import os\\nwhile True:\\n  if os.fork(): os._exit(0)\\n' > /tmp/comet.py
      nohup python3 /tmp/comet.py >/dev/null 2>&1 & sleep 0.3`)
    const { result } = await collected({ paths: ['/tmp/kept'] })
    expect(result).toMatchObject({ outcome: 'ok', report: { collected: { files: 1 } } })
    expect(await step('revoke')).toEqual({ power: 'off' })
    // Of a box that is gone nothing comes, and why is said.
    const late = await collected({ paths: ['/tmp'] })
    expect(late.result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('n1 is not running') })
  }, 120_000)
})

describe('what is asked for', () => {
  test('is found by * and ?, as a shell would, and comes once, as far as there is room', async () => {
    inside(`mkdir -p /tmp/l/a /tmp/l/b && cd /tmp/l && touch 1.log 2.log 10.log .3.log x.txt a/y.log b/y.log "[z].log" z.log
      mkdir /tmp/r && cd /tmp/r && for i in 1 2 3 4 5; do head -c 1000 /dev/zero > f$i; done; head -c 5000 /dev/zero > big`)
    expect(gathered(['/tmp/l/?.log']).files).toEqual(['/tmp/l/1.log', '/tmp/l/2.log', '/tmp/l/z.log'])
    expect(gathered(['/tmp/l/*.log']).files).toEqual(['1', '10', '2', '[z]', 'z'].map((name) => `/tmp/l/${name}.log`))
    expect(gathered(['/tmp/l/.*']).files).toEqual(['/tmp/l/.3.log'])
    expect(gathered(['/tmp/*/?/y*']).files).toEqual(['/tmp/l/a/y.log', '/tmp/l/b/y.log'])
    expect(gathered(['/tmp/l/[z].log']).files).toEqual(['/tmp/l/[z].log'])
    expect(gathered(['/tmp/l/1.log', '/tmp/l/1*', '/tmp/l/1.log']).files).toEqual(['/tmp/l/1.log', '/tmp/l/10.log'])

    const roomy = gathered(['/tmp/r/big', '/tmp/r/f*'], { bytes: 2500 })
    expect(roomy.files).toEqual(['/tmp/r/f1', '/tmp/r/f2'])
    expect(roomy.left[0]).toEqual(['/tmp/r/big', '5000 bytes, and there is room for 2500'])
    expect(roomy.left).toHaveLength(4)
    const few = gathered(['/tmp/r/f*'], { files: 3 })
    expect(few.files).toHaveLength(3)
    expect(few.left).toEqual(['f4', 'f5'].map((name) => [`/tmp/r/${name}`, 'there are more files than are kept']))
  }, 120_000)
})

/** What the driver's program brings, without Ansible before it. */
const gathered = (paths: readonly string[], { files = 1000, bytes = 2 ** 30 } = {}) => {
  const dest = mkdtempSync(join(shop.dir, 'dest-'))
  const order = { machine: { name: 'n1', variables: VARIABLES }, lease: null, artifacts: { paths, dest, files, bytes } }
  writeFileSync(join(dest, '../order.json'), JSON.stringify({ duffy_in: order }))
  const environment = { DUFFY_VARS: join(dest, '../order.json'), DUFFY_STATE_DIR: shop.options.stateDir }
  execFileSync('/usr/bin/python3', ['-BIS', NSBOX, 'collect'], { env: environment })
  const lines = readFileSync(join(dest, 'manifest'), 'utf8').trim().split('\n')
  const read: { file?: string; path: string; left?: string; because: string }[] = lines.map((line) => JSON.parse(line))
  return {
    files: read.flatMap(({ file, path }) => (file === undefined ? [] : [path])),
    left: read.flatMap(({ left, because }) => (left === undefined ? [] : [[left, because]])),
  }
}
const NSBOX = join(import.meta.dirname, '../../playbooks/drivers/nsbox/files/nsbox')
