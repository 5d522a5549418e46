import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOST_KEY, serve, until, type Served } from '../http/fake.ts'

const DUFFY = fileURLToPath(new URL('../../../bin/duffy', import.meta.url))
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1xNn0HEz7eW7hSMwBvM7vGJbOzHmlOYg4qRGF9iZkB'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'duffy-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Ran {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

const run = (words: readonly string[], env: Record<string, string> = {}, program = DUFFY): Promise<Ran> => {
  const child = spawn(program, words, {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: join(folder, 'nobody'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (part) => (out += part))
  child.stderr.on('data', (part) => (err += part))
  return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, out, err })))
}

type Who = 'alice' | 'bob' | 'operator'
const at = (served: Served, as: Who = 'alice') => ({ DUFFY_URL: served.url, DUFFY_API_KEY: served.duffy.keys[as] })

test('get prints the line that logs in, and is done', async () => {
  await using served = await serve()
  served.duffy.prompt = true
  const { exit, out, err } = await run(['get', 'metal'], at(served))
  expect(exit).toBe(0)
  expect(out.trimEnd().split('\n').at(-1)).toBe('ssh -p 2222 ci@192.0.2.7')
  expect(err).toBe('')
})

test.each([
  [['get', 'metal', '2', '--for', '3h', '--platform', 'any', '--reason', 'bisect']],
  [['get', '2', 'metal', 'for', '3h', 'any', 'because', 'bisect']],
  [['get', '--type=metal', '--count=2', '3h', 'platform', 'any', '--reason=bisect']],
  [['get', 'metal', '2', 'for', '3', 'hours', 'any', 'because', 'bisect']],
  [['get', '2', 'metal', '3 hours', 'any', 'because', 'bisect']],
])('%j says the same as any other way to type it', async (words) => {
  await using served = await serve()
  served.duffy.prompt = true
  const { exit } = await run(words, at(served))
  expect(exit).toBe(0)
  const [lease] = served.duffy.fleet.leases.values()
  expect(lease).toMatchObject({ durationMs: 10_800_000, reason: 'bisect', demand: { count: 2, platform: 'any' } })
})

test('get with --json prints the answer as it came', async () => {
  await using served = await serve()
  const { out } = await run(['get', 'vm', '--json'], at(served))
  expect(JSON.parse(out).lease).toMatchObject({ state: 'active', type: 'vm' })
})

test('get tells on stderr what it waits for, and ends when its machine is ready', async () => {
  await using served = await serve()
  const running = run(['get', 'metal', '--wait', '60s'], at(served))
  await until(() => served.door.waiting() === 1)
  await new Promise((go) => setTimeout(go, 1500))
  served.duffy.work()
  const { exit, out, err } = await running
  expect(exit).toBe(0)
  expect(err).toContain('being made ready')
  expect(out).toContain('ssh -p 2222')
  expect(served.duffy.fleet.leases.size).toBe(1)
})

test('a key that Duffy does not know is told in the terms of the command line', async () => {
  await using served = await serve()
  const { exit, out, err } = await run(['list'], { DUFFY_URL: served.url, DUFFY_API_KEY: 'dfy_x_y' })
  expect({ exit, out }).toEqual({ exit: 1, out: '' })
  expect(err).toMatch(
    /^duffy: Duffy knows no such API key, so nothing was done\..*DUFFY_API_KEY.*duffy api-keys add\n$/,
  )
})

test('get says nothing twice when it has waited long enough, and what to type next', async () => {
  await using served = await serve()
  await run(['get', 'vm', '--wait', '0'], at(served, 'bob'))
  const { exit, out, err } = await run(['get', 'vm', '--wait', '2s'], at(served))
  expect(exit).toBe(0)
  expect(err).toMatch(/^1 vm is not free now.*Cancel: duffy cancel R\w+\n$/)
  expect(out).toMatch(/^(R\w+) still waits after 2s\. How it stands: duffy why \1\. Cancel: duffy cancel \1\n$/)

  const brief = await run(['get', 'metal', '--wait', '2s'], at(served))
  expect(brief.err).toContain('being made ready')
  expect(brief.out).toMatch(/^(L\w+) is still being prepared after 2s\. How it goes: duffy why \1\n$/)
})

test.each([[['get', '--wait', '--for', '2h', 'metal']], [['get', 'metal', '--wait']]])(
  '%j waits as long as it takes',
  async (words) => {
    await using served = await serve()
    const running = run(words, at(served))
    await until(() => served.door.waiting() === 1)
    served.duffy.work()
    const { exit, out } = await running
    expect(exit).toBe(0)
    expect(out).toContain('ssh -p 2222')
  },
)

test('get tells its place once, however often its estimate changes', async () => {
  const answers = [3, 3, 3, 2].map(
    (position, turn) => [202, { request: { id: 'R1', position } }, `in ${turn} min`] as const,
  )
  const server = createServer((_, response) => {
    const [status, body, detail] = answers.shift() ?? [201, {}, 'yours']
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ...body, detail }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const { out, err } = await run(['get', 'vm', '--wait', '60s'], {
    DUFFY_URL: `http://127.0.0.1:${port}`,
    DUFFY_API_KEY: 'dfy_key',
  })
  server.close()
  expect([out, err]).toEqual(['yours\n', 'in 0 min\nin 3 min\n'])
})

test.each([[['get', 'vm', '--dry-run']], [['get', 'vm', 'dry-run']]])(
  '%j says what would happen, and takes nothing',
  async (words) => {
    await using served = await serve()
    const { exit, out } = await run(words, at(served))
    expect(exit).toBe(0)
    expect(out).toContain('You would get any-1')
    expect(served.duffy.fleet.leases.size).toBe(0)
  },
)

test('get that is not to wait says where its request stands', async () => {
  await using served = await serve()
  await run(['get', 'vm'], at(served))
  const { exit, out } = await run(['get', 'vm', '--wait', '0'], at(served))
  expect(exit).toBe(0)
  expect(out).toMatch(/1st in line, request R/)
  expect(out).toContain('duffy cancel R')
})

test.each(['id_ed25519.pub', 'id_ecdsa.pub', 'id_rsa.pub'])(
  "the asker's own key %s is offered, and said to be",
  async (name) => {
    await using served = await serve()
    const home = mkdtempSync(join(folder, 'home-'))
    mkdirSync(join(home, '.ssh'))
    writeFileSync(join(home, '.ssh', name), `${KEY} me@here\n`)
    const { err } = await run(['get', 'vm'], { ...at(served), HOME: home })
    expect(err).toBe(`letting in ${join(home, '.ssh', name)}\n`)
    const [lease] = served.duffy.fleet.leases.values()
    expect(served.duffy.fleet.personal.get(lease!.keys[0]!)?.text).toBe(KEY)
  },
)

test("a reservation lets the asker's own key in as well", async () => {
  await using served = await serve()
  const home = mkdtempSync(join(folder, 'home-'))
  mkdirSync(join(home, '.ssh'))
  writeFileSync(join(home, '.ssh', 'id_ed25519.pub'), `${KEY} me@here\n`)
  const words = ['reserve', 'vm', 'from', 'tomorrow', '09:10']
  const { err } = await run(words, { ...at(served), HOME: home })
  expect(err).toBe(`letting in ${join(home, '.ssh', 'id_ed25519.pub')}\n`)
  const [request] = served.duffy.fleet.requests.values()
  expect(served.duffy.fleet.personal.get(request!.keys[0]!)?.text).toBe(KEY)
})

test('--key goes before the own key', async () => {
  await using served = await serve()
  const file = join(folder, 'other.pub')
  const other = KEY.replace('9iZkB', '9iZkC')
  writeFileSync(file, `${other}\n`)
  const { exit, err } = await run(['get', 'vm', '--key', file], at(served))
  expect([exit, err]).toEqual([0, ''])
  const [lease] = served.duffy.fleet.leases.values()
  expect(lease!.keys.map((key) => served.duffy.fleet.personal.get(key)?.text)).toEqual([other])
})

test('done with nothing to say gives the only lease back', async () => {
  await using served = await serve()
  await run(['get', 'vm'], at(served))
  const { exit, out } = await run(['done'], at(served))
  expect(exit).toBe(0)
  expect(out).toContain('any-1 is given back')
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('extend, list, why and keys are what they are in chat', async () => {
  await using served = await serve()
  await run(['get', 'vm'], at(served))
  const [{ id }] = served.duffy.fleet.leases.values() as unknown as [{ id: string }]
  const extended = await run(['extend', id, '2h'], at(served))
  const listed = await run(['list'], at(served))
  const why = await run(['why', id], at(served))
  const added = await run(['keys', 'add', KEY, 'me@here'], at(served))
  expect([extended, listed, why, added].map(({ exit }) => exit)).toEqual([0, 0, 0, 0])
  expect(extended.out).toContain('16:00 UTC')
  expect(listed.out).toContain(id)
  expect(added.out).toContain('SHA256:')
})

test.each([
  [['get', 'meta'], 'Did you mean: duffy get metal'],
  [['get', 'vm', '5', '--now'], 'nothing was leased'],
  [['done', 'LZZZ'], 'LZZZ'],
  [['verify'], 'operator'],
  [['audit'], 'operator'],
  [['config', 'apply'], 'operator'],
])('%j is refused with 1, and a sentence on stderr alone', async (words, sentence) => {
  await using served = await serve()
  const { exit, out, err } = await run(words, at(served))
  expect({ exit, out }).toEqual({ exit: 1, out: '' })
  expect(err.toLowerCase()).toContain(sentence.toLowerCase())
})

test.each([
  [['frobnicate'], 'I don\'t know "frobnicate". Nothing was done. All there is: duffy --help'],
  [['gte', 'metal'], 'Did you mean: duffy get metal'],
  [['inventroy'], 'Did you mean: duffy inventory'],
  [['get'], 'get metal'],
  [['get', 'metal', '--colour', 'red'], 'has no --colour; it takes --type'],
  [['get', 'metal', '--for'], '--for needs a value'],
  [['get', 'metal', '--for', 'soon'], 'soon'],
  [['get', 'metal', '--wait', 'long'], '--wait takes a length of time'],
  [['get', 'metal', '--key', '/none.pub'], 'cannot read the public key /none.pub'],
  [['get', 'metal', 'vm', 'x', 'y'], 'I don\'t understand "vm" there'],
  [['get', 'metal', 'for', '3', 'parsecs'], '"3" of what?'],
  [['done', 'x', 'b'], 'I don\'t understand "b" there'],
  [['config'], 'duffy config apply'],
  [['runs'], 'duffy runs'],
  [['wear', '--deep', 'x'], 'there is no --deep here'],
  [['list', '--nope'], 'or is no option: see duffy list --help'],
  [['--nope'], 'or is no option: see duffy --help'],
  [['ssh-config', 'm1'], '"m1" has no place here; it is used like: duffy ssh-config'],
  [['verify', 'all'], '"all" has no place here; it is used like: duffy verify'],
])('%j is not understood, which is 2', async (words, sentence) => {
  await using served = await serve()
  const { exit, out, err } = await run(words, at(served))
  expect({ exit, out }).toEqual({ exit: 2, out: '' })
  expect(err).toContain(sentence)
  expect(served.duffy.fleet.leases.size).toBe(0)
})

test('a Duffy that cannot be reached is 70, and says which and how to name another', async () => {
  const { exit, err } = await run(['list'], { DUFFY_URL: 'http://127.0.0.1:9' })
  expect(exit).toBe(70)
  expect(err).toMatch(/cannot reach Duffy at http:\/\/127\.0\.0\.1:9 .*DUFFY_URL/)
})

test("a fault on Duffy's side is 70, with its reference", async () => {
  await using served = await serve()
  served.duffy.trouble = new Error('broken')
  const { exit, err } = await run(['get', 'vm'], at(served))
  expect(exit).toBe(70)
  expect(err).toMatch(/that failed on my side \(ref [0-9a-f]{4}\): it may have been done/)
})

test('an answer that is not from Duffy is 70', async () => {
  const other = createServer((_request, response) => response.writeHead(404).end('<h1>nginx</h1>')).listen(0)
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { exit, err } = await run(['list'], { DUFFY_URL: `http://127.0.0.1:${port}` })
  other.close()
  expect(exit).toBe(70)
  expect(err).toContain('HTTP 404')
})

test('a key that is not valid is 1, and says how keys are had', async () => {
  await using served = await serve()
  const { exit, err } = await run(['list'], { DUFFY_URL: served.url })
  expect(exit).toBe(1)
  expect(err).toContain('API key')
})

test('the local key is found in the data folder, and the operators key for what is theirs', async () => {
  await using served = await serve()
  const data = mkdtempSync(join(folder, 'data-'))
  writeFileSync(join(data, 'local.key'), `${served.duffy.keys.alice}\n`)
  writeFileSync(join(data, 'operator.key'), `${served.duffy.keys.operator}\n`)
  const env = { DUFFY_URL: served.url, DUFFY_DATA_DIR: data }
  const me = await run(['whoami'], env)
  expect(me.out).toContain('member of alice')
  expect((await run(['verify'], env)).exit).toBe(0)
})

test('verify that finds a fault is 1', async () => {
  await using served = await serve()
  served.duffy.verified = { ok: false, records: 3, head: 'x', faults: ['record 2 was changed'] }
  const { exit, err } = await run(['verify'], at(served, 'operator'))
  expect([exit, err]).toEqual([1, 'duffy: record 2 was changed\n'])
})

test('config apply says what changed, and with --dry-run what would', async () => {
  await using served = await serve()
  const dry = await run(['config', 'apply', '--dry-run'], at(served, 'operator'))
  const real = await run(['config', 'apply'], at(served, 'operator'))
  expect([dry.out, real.out]).toEqual(['would change:\n  pool metal\n', 'changed:\n  pool metal\n'])
})

test('audit has a line for each record, from a number on', async () => {
  await using served = await serve()
  const { out } = await run(['audit', '--after', '1', '--limit', '1'], at(served, 'operator'))
  const [line, more] = out.split('\n')
  expect(line).toMatch(/^2 {2}[0-9a-f]{12} {2}2026-11-23T12:00:00\.000Z {2}duffy {2}addApiKey: apiKeyAdded$/)
  expect(more).toBe('more: duffy audit --after 2')
})

test('wear is a table', async () => {
  await using served = await serve()
  const { out } = await run(['wear'], at(served))
  expect(out).toMatch(
    /^platform +machines +least uses +most uses +spread +spread of attempts +hours leased +burn-ins +failed of 100\n/,
  )
  expect(out).toMatch(/\nintel-1 +intel +\w+ +0 +0 /)
})

test('estimates are a table, one line for what was waited for', async () => {
  await using served = await serve()
  expect((await run(['estimates'], at(served))).out).toBe('no estimate of a wait has met its hour yet\n')
  const key = 'type metal, several together'
  const scores = { scored: 8, inside50: 3, inside90: 7, places: [], errorsMs: [-60_000, 90_000, 240_000] }
  served.duffy.fleet.calibrations.put(key, { key, ...scores })
  const { out } = await run(['estimates'], at(served))
  expect(out.split('\n')[1]).toMatch(/^type metal, several together +8 +37\.5 +87\.5 +1\.5$/)
})

test('runs and log tell what was done', async () => {
  await using served = await serve()
  served.duffy.prompt = true
  await run(['get', 'metal'], at(served))
  const [lease] = served.duffy.fleet.leases.values()
  const { out } = await run(['runs', lease!.id], at(served))
  const [, row = ''] = out.split('\n')
  expect(row).toContain('grant')
  const log = await run(['log', row.split(' ')[0]!], at(served))
  expect(log.out).toMatch(/^PLAY of N/)
})

test('what a log would do to a terminal is taken out', async () => {
  await using served = await serve()
  served.duffy.prompt = true
  served.duffy.log = 'a\u001b]0;title\u0007b\u001b[31mred\u001b[0m\n'
  await run(['get', 'metal'], at(served))
  const [lease] = served.duffy.fleet.leases.values()
  const runs = await run(['runs', lease!.id, '--json'], at(served))
  const { out } = await run(['log', JSON.parse(runs.out).runs[0].id], at(served))
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
  expect(out).toContain('red')
})

test('ssh is given the host keys that Duffy saw, and what to run', async () => {
  await using served = await serve()
  served.duffy.prompt = true
  const script = join(folder, 'ssh')
  const seen = join(folder, 'seen')
  writeFileSync(
    script,
    `#!/bin/sh\nfor w in "$@"; do echo "$w"; done > ${seen}\nfor w in "$@"; do case $w in UserKnownHostsFile=*) cat "\${w#*=}" >> ${seen};; esac; done\nexit 7\n`,
  )
  chmodSync(script, 0o755)
  await run(['get', 'metal'], at(served))
  const [lease] = served.duffy.fleet.leases.values()
  const env = { ...at(served), PATH: `${folder}:${process.env['PATH']}` }
  const { exit } = await run(['ssh', lease!.machines[0]!.machine, 'uname', '-a'], env)
  expect(exit).toBe(7)
  const words = readFileSync(seen, 'utf8').trimEnd().split('\n')
  expect(words).toContain('StrictHostKeyChecking=yes')
  expect(words.slice(words.indexOf('-p'), -1)).toEqual(['-p', '2222', 'ci@192.0.2.7', 'uname', '-a'])
  expect(words.at(-1)).toBe(`[192.0.2.7]:2222 ${HOST_KEY}`)
})

test('ssh without a machine is refused, and with several asks which', async () => {
  await using served = await serve()
  served.duffy.prompt = true
  const none = await run(['ssh'], at(served))
  expect([none.exit, none.err]).toEqual([1, 'duffy: you hold no machine; get one: duffy get metal\n'])
  await run(['get', 'metal', '2'], at(served))
  const several = await run(['ssh'], at(served))
  expect(several.exit).toBe(2)
  expect(several.err).toMatch(/which one\? .*-1, .*-2; say: duffy ssh /)
})

test('help needs no Duffy', async () => {
  const all = await run(['help'], { DUFFY_URL: 'http://127.0.0.1:9' })
  const get = await run(['help', 'get'], { DUFFY_URL: 'http://127.0.0.1:9' })
  const none = await run(['help', 'steal'])
  expect([all.exit, get.exit, none.exit]).toEqual([0, 0, 2])
  expect(get.out).toContain('--platform same|prefer|any')
})

test('help is for all of it and for each', async () => {
  const all = await run(['--help'])
  const get = await run(['get', '--help'])
  const ssh = await run(['ssh', '--help'])
  expect([all.exit, get.exit, ssh.exit]).toEqual([0, 0, 0])
  expect(all.out).toContain('DUFFY_API_KEY')
  expect(get.out).toMatch(/--for 4h +how long/)
  expect(get.out).toContain('duffy get metal 2 for 4h')
  expect(ssh.out).toContain('duffy ssh [lease or machine]')
})

test('it is found through symlinks', async () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  symlinkSync(DUFFY, one)
  symlinkSync('one', two)
  expect((await run(['--help'], {}, two)).exit).toBe(0)
})

test('it starts fast: neither Fastify nor the ORM nor zod is loaded', async () => {
  const trace = join(folder, 'trace.mjs')
  writeFileSync(
    trace,
    `import { registerHooks } from 'node:module'\nregisterHooks({ load(url, context, next) { if (/node_modules/.test(url)) process.stderr.write(url); return next(url, context) } })\n`,
  )
  const { exit, err } = await run(['--help'], { NODE_OPTIONS: `--import ${trace}` })
  expect([exit, err]).toEqual([0, ''])
})

test('an API key is made, shown once, listed and revoked', async () => {
  await using served = await serve()
  const made = await run(['api-keys', 'add', '--json', 'note', 'nightly', 'builds'], at(served, 'operator'))
  expect(made.exit).toBe(0)
  const { apiKey } = JSON.parse(made.out) as { apiKey: string }
  expect((await run(['api-keys'], at(served, 'operator'))).out).toContain(apiKey)
  expect((await run(['api-keys', 'revoke', apiKey], at(served, 'operator'))).exit).toBe(0)
})

test('help lists each command once, and says what will do in place of what is needed', async () => {
  const { out } = await run(['--help'])
  const names = [...out.matchAll(/^ {2}(\S+(?: \S+)?) {2}/gm)].map(([, name]) => name)
  expect(new Set(names).size).toBe(names.length)
  expect((await run(['extend', '--help'])).out).toContain('--by 2h (needed, or --until)')
})

test('a word with nothing after it is told with a line to type', async () => {
  expect((await run(['done', 'bad'])).err).toContain('Try: duffy done metal-03 bad because disk errors')
})

test("what only operators may is done with the operator's key that Duffy on this machine keeps", async () => {
  await using served = await serve()
  const keys = mkdtempSync(join(folder, 'keys-'))
  writeFileSync(join(keys, 'local.key'), served.duffy.keys.alice)
  writeFileSync(join(keys, 'operator.key'), served.duffy.keys.operator)
  const { exit, err } = await run(['tenants', 'add', 'infra'], { DUFFY_URL: served.url, DUFFY_DATA_DIR: keys })
  expect(err).toBe('')
  expect(exit).toBe(0)
})

test.each([
  [['tenants', 'add', 'infra'], /^API key: dfy_[0-9a-f]{12}_\S+\nDuffy v3 key: [0-9a-f-]{36}$/m],
  [['api-keys', 'add'], /^API key: dfy_[0-9a-f]{12}_\S+$/m],
])('%j shows the key that it makes', async (words, shown) => {
  await using served = await serve()
  expect((await run(words, at(served, 'operator'))).out).toMatch(shown)
})

test.each([
  [['lease', '3h'], 'alice holds 0 of 3 machines, for 3h unless it says how long;'],
  [
    ['--lease', '3h', '--longest', '12h'],
    'alice holds 0 of 3 machines, for 3h unless it says how long, at most 12h each;',
  ],
  [['lease', 'default'], 'alice holds 0 of 3 machines; it may keep 1 for debugging, for 1d;'],
  [['holds', '5', 'hold', '2d'], 'it may keep 5 for debugging, for 2d;'],
  [['--holds', '5', '--hold', '90m'], 'it may keep 5 for debugging, for 1h 30m;'],
  [['holds', '0'], 'it may keep none for debugging;'],
])('tenants set alice %j', async (words, shown) => {
  await using served = await serve()
  expect(await run(['tenants', 'set', 'alice', ...words], at(served, 'operator'))).toMatchObject({ exit: 0 })
  expect((await run(['tenants', 'alice'], at(served, 'operator'))).out).toContain(shown)
})

test('a usual lease that is longer than the longest is refused with what would do', async () => {
  await using served = await serve()
  const { exit, err } = await run(['tenants', 'set', 'alice', 'lease', '4h', 'longest', '90m'], at(served, 'operator'))
  expect(exit).toBe(1)
  expect(err).toContain(
    'Leases of alice cannot last 4h where nobody says how long, if 1h 30m is the longest; nothing was changed. Try: duffy tenants set alice lease 1h30m longest 1h30m',
  )
})

test('a refusal names what to ask why by, and that is answered', async () => {
  await using served = await serve()
  const no = await run(['get', 'metal', '3'], at(served))
  const [, ref] = /Why: duffy why (X\w{5})/.exec(no.err) ?? []
  expect([no.exit, ref]).toEqual([1, expect.any(String)])
  const why = await run(['why', ref!], at(served))
  expect(why.exit).toBe(0)
  expect(why.out).toContain(`${ref}: at 12:00 UTC alice asked "get metal 3".`)
  expect((await run(['why', ref!], at(served, 'bob'))).err).toContain(`I remember no refusal ${ref} of yours`)
})

test.each([
  [['reserve', 'metal', '2', 'from', 'tomorrow', '09:10', 'for', '4h', 'dry-run']],
  [['reserve', 'metal', '2', '--from', 'tomorrow 09:10', '--for', '4h', '--dry-run']],
])('%j only says what it would come to', async (words) => {
  await using served = await serve()
  const { exit, out } = await run(words, at(served, 'bob'))
  expect(exit).toBe(0)
  expect(out).toContain('In earnest: duffy reserve metal 2 from 2026-11-24T09:10Z for 4h')
  expect(served.duffy.fleet.requests.size).toBe(0)
})

test.each([['now'], ['--now']])('reserve with %s is told that it does nothing there', async (word) => {
  await using served = await serve()
  const { exit, err } = await run(['reserve', 'metal', 'from', '18:00', word], at(served, 'bob'))
  expect(exit).toBe(2)
  expect(err).toContain('does nothing here: a reservation never waits')
})

test('maintenance that comes again is set, and ended for good', async () => {
  await using served = await serve()
  const every = ['maintenance', 'on', 'intel-1', 'every', 'sunday', '02:00', 'for', '2h']
  expect((await run(every, at(served, 'operator'))).out).toContain('It comes again every week at that time in UTC')
  expect((await run(['maintenance'], at(served))).out).toContain('every week')
  const off = await run(['maintenance', 'off', 'intel-1', '--every'], at(served, 'operator'))
  expect(off.out).toContain('intel-1 goes into maintenance again and again no more')
  expect((await run(['maintenance'], at(served))).out).toContain('Nothing is in maintenance')
})
