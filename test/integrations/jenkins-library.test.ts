import { createServer, request as forward, type Server } from 'node:http'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Config } from '../../adapters/config/config.ts'
import { playOf } from '../kit/ansible.ts'
import { allBytes, everything } from '../kit/artifacts.ts'
import { runDuffy, type RunningDuffy } from '../kit/duffy.ts'
import { stubJenkins, type StubJenkins } from '../kit/jenkins.ts'
import { commandLines, printed, runPipeline, type RunningPipeline } from '../kit/jenkins/pipeline.ts'
import { scratch } from '../kit/scratch.ts'
import { KEY } from '../kit/key.ts'

/** Machines that are none, of which can be collected all the same: two files, and `/hang` and `/fail` do as they are called. */
const dir = mkdtempSync(join(scratch(), 'duffy-library-'))
const driver = join(dir, 'drivers/null')
mkdirSync(driver, { recursive: true })
writeFileSync(
  join(driver, 'files'),
  `cd "$1" && printf 'a\\000\\r\\n\\377' >1 && echo log >2
echo '{"file": "1", "path": "/file", "bytes": 5}
{"file": "2", "path": "/var/log/a log", "bytes": 4}
{"left": "/dev/null", "because": "no file"}' >manifest`,
)
writeFileSync(
  join(driver, 'collect.yml'),
  playOf(`- ansible.builtin.raw: "sh {{ playbook_dir | quote }}/files {{ duffy_in.artifacts.dest | quote }}"
- {ansible.builtin.raw: sleep 1000, when: "'/hang' in duffy_in.artifacts.paths"}
- {ansible.builtin.fail: {msg: its disk is gone}, when: "'/fail' in duffy_in.artifacts.paths"}
- ansible.builtin.set_fact: {duffy_out: {}}`),
)

let stub: StubJenkins
let duffy: RunningDuffy
let key: string
let build: string
let builds = 40
let pipeline: RunningPipeline | null = null

beforeAll(async () => {
  stub = await stubJenkins()
  const machines = [1, 2].map((number) => ({ name: `m${number}`, platform: 'intel' }))
  const config: Config = {
    platforms: { intel: { arch: 'x86_64', vendor: 'intel' }, guest: { arch: 'x86_64', vendor: 'intel' } },
    pools: {
      metal: { type: 'metal', driver: 'null', steps: ['collect'], grace: '0s', machines },
      vm: {
        type: 'vm',
        driver: 'null',
        steps: ['collect'],
        grace: '0s',
        deadlines: { collect: '5s' },
        machines: [{ name: 'v1', platform: 'guest' }],
      },
    },
    tenants: { local: { quota: 4, holds: { most: 2 }, keys: [KEY] } },
    jenkins: { main: { url: stub.url, privateAddresses: true, askEvery: '1s', agents: { sshKey: KEY } } },
    ansible: { playbookDirs: [dir] },
  }
  duffy = await runDuffy({ config })
  key = readFileSync(`${duffy.dataDir}/local.key`, 'utf8').trim()
})
afterAll(async () => {
  await duffy?.[Symbol.asyncDispose]()
  await stub?.[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(() => {
  build = stub.build('ceph', (builds += 1))
})
afterEach(async () => {
  await pipeline?.[Symbol.asyncDispose]()
  stub.set(build, 'SUCCESS')
  for (const { id } of await leases()) await duffy.api('POST', `/api/v2/leases/${id}/done`, {})
  while ((await leases()).length + (await waiting()).length > 0) await pause(50)
})

const start = (script: string, url = duffy.url): RunningPipeline =>
  (pipeline = runPipeline({
    script,
    environment: { DUFFY_URL: url, BUILD_URL: build, JOB_NAME: 'ceph', BUILD_NUMBER: String(builds) },
    credentials: { duffy: key },
  }))
const run = async (script: string, url = duffy.url) => {
  const ran = start(script, url)
  return { result: await ran.ended(), output: ran.output(), steps: ran.steps() }
}
const leases = async () => (await duffy.api('GET', '/api/v2/leases')).body.leases
const waiting = async () => (await duffy.api('GET', '/api/v2/requests')).body.requests
const endings = async (output: string) => {
  const ids = [...new Set(Array.from(output.matchAll(/lease (L\w+) until/g), ([, id]) => id!))]
  return Promise.all(ids.map(async (id) => (await duffy.api('GET', `/api/v2/leases/${id}`)).body.lease.ending))
}
const takeAll = async (): Promise<string> =>
  (await duffy.api('POST', '/api/v2/requests?wait=30s', { type: 'metal', count: 2 })).body.lease.id

/** Passes calls on to Duffy, but for those that `instead` sees to. */
const between = async (
  instead: (path: string, method: string) => { status: number; retryAfter?: string; body?: string } | 'lose' | null,
): Promise<{ url: string; server: Server }> => {
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const wanted = instead(url, method)
    if (wanted !== null && wanted !== 'lose') {
      const { status, retryAfter, body = '{}' } = wanted
      request.resume()
      return void response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end(body)
    }
    const onwards = forward(`${duffy.url}${url}`, { method, headers }, (answer) => {
      if (wanted === 'lose') return void answer.resume().on('end', () => response.destroy())
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    onwards.on('error', () => response.destroy())
    request.pipe(onwards)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server }
}

test('a block has its machines as an argument and in the environment, and gives them back', async () => {
  const { result, output } = await run(`
    withDuffy(type: 'metal', count: 2, for: '1h', metadata: [suite: "s\${1}"]) { hosts ->
      echo "got \${hosts.size()}: \${hosts[0].name} \${hosts[1].name}"
      sh 'echo "lease $DUFFY_LEASE, hosts $DUFFY_HOSTS, ssh $DUFFY_SSH"'
    }`)
  expect([result, output]).toEqual(['SUCCESS', expect.stringMatching(/got 2: m\d m\d/)])
  expect(output).toMatch(/lease L\w+, hosts m\d m\d, ssh ssh:\/\/root@m\d:22 ssh:\/\/root@m\d:22/)
  expect(await endings(output)).toEqual(['done'])
})

test('the value of the block is that of the step', async () => {
  const { output } = await run(`echo 'it is ' + withDuffy(type: 'metal') { hosts -> hosts.size() + 41 }`)
  expect(output).toContain('it is 42')
})

test('the key is on no command line, in no environment of the block and in no log', async () => {
  const ran = start(`node { withDuffy(type: 'metal', collect: ['/file']) { hosts -> sh 'env'; work(time: 1) } }`)
  const seen: string[] = []
  const over = ran.ended().then(() => true)
  while (!(await Promise.race([over, pause(30, false)]))) seen.push(...commandLines())
  expect(seen.some((line) => line.includes('Pipeline.groovy'))).toBe(true)
  const secret = key.split('_').slice(2).join('_')
  for (const text of [seen.join('\n'), ran.output(), duffy.log()]) expect(text).not.toContain(secret)
  expect(ran.output()).toMatch(/DUFFY_LEASE=[^]*fetched 2 of 2/)
  expect(allBytes(ran.workspace).toString('latin1')).not.toContain(secret)
  expect(ran.output()).not.toContain('DUFFY_KEY')
})

test('who waits in line is told so, and gets machines when they come free', async () => {
  const other = await takeAll()
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo "got \${hosts[0].name}" }`)
  await printed(ran, 'in place 1')
  await duffy.api('POST', `/api/v2/leases/${other}/done`, {})
  expect([await ran.ended(), ran.output()]).toEqual(['SUCCESS', expect.stringMatching(/got m\d/)])
  expect(await endings(ran.output())).toEqual(['done'])
})

test('two branches of a build share no machine, and a stage that is tried again gets new ones', async () => {
  const { output } = await run(`
    withDuffy(type: 'metal') { a -> withDuffy(type: 'metal') { b -> echo "two: \${[a[0].name, b[0].name].toSet().size()}" } }
    withDuffy(type: 'metal', name: 'client') { }
    withDuffy(type: 'metal', name: 'client') { }`)
  expect(output).toContain('two: 2')
  expect(await endings(output)).toEqual(['done', 'done', 'done', 'done'])
})

test('a block that throws fails the build, and its machines come back', async () => {
  const { result, output } = await run(`withDuffy(type: 'metal') { hosts -> error('the tests failed') }`)
  expect([result, output]).toEqual(['FAILURE', expect.stringContaining('ERROR: the tests failed')])
  expect(await endings(output)).toEqual(['done'])
})

test.each([
  ['throws', `error('the tests failed')`, 'FAILURE'],
  ['makes the build unstable', `unstable('some tests failed')`, 'UNSTABLE'],
])('a block that %s keeps its machines if it asked for that', async (_, body, result) => {
  const ran = await run(`withDuffy(type: 'metal', onFailure: 'hold', collect: ['/file']) { hosts -> ${body} }`)
  expect([ran.result, ran.output]).toEqual([result, expect.stringContaining('nothing is collected of L')])
  expect(await leases()).toMatchObject([{ state: 'active', hold: { reason: expect.stringContaining('ceph') } }])
})

test('a block that asked to keep them after a failure gives them back after none', async () => {
  const { output } = await run(`withDuffy(type: 'metal', onFailure: 'hold') { hosts -> echo 'well' }`)
  expect(await endings(output)).toEqual(['done'])
})

test('aborted while it waits in line, it waits no more', async () => {
  const other = await takeAll()
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo 'in the block' }`)
  await printed(ran, 'in place 1')
  ran.abort()
  expect([await ran.ended(), ran.output()]).toEqual(['ABORTED', expect.not.stringContaining('in the block')])
  expect([await waiting(), (await leases()).map(({ id }: { id: string }) => id)]).toEqual([[], [other]])
})

test('aborted within the block, its machines come back, kept for nobody', async () => {
  const ran = start(`withDuffy(type: 'metal', onFailure: 'hold') { hosts -> echo 'in'; work(time: 60) }`)
  await printed(ran, 'in\n')
  ran.abort()
  expect(await ran.ended()).toBe('ABORTED')
  expect(await endings(ran.output())).toEqual(['done'])
})

test.each([
  ['a pool that is none', `type: 'metall'`, 'metall'],
  ['an option that is none', `type: 'metal', conut: 2`, 'conut'],
  ['more machines than there are', `type: 'metal', count: 9`, '9'],
])('%s fails the build with the sentence of Duffy, and takes nothing', async (_, options, word) => {
  const { result, output, steps } = await run(`withDuffy(${options}) { hosts -> echo 'in the block' }`)
  expect([result, output]).toEqual(['FAILURE', expect.stringMatching(new RegExp(`ERROR: Duffy: .*${word}`))])
  expect([output.includes('in the block'), steps, await leases()]).toEqual([false, [], []])
})

test('machines that have no agent, though one was asked for, fail the build, and come back', async () => {
  const { result, output } = await run(`withDuffy(type: 'metal', agent: 'ssh') { hosts -> echo 'in the block' }`)
  expect([result, output]).toEqual([
    'FAILURE',
    expect.stringMatching(/ERROR: Duffy: m\d has no agent: its driver starts no agents/),
  ])
  expect([output.includes('in the block'), await endings(output)]).toEqual([false, ['done']])
})

test('a key that is none fails the build at once', async () => {
  key = `${key}x`
  const { result, output } = await run(`withDuffy(type: 'metal') { }`)
  key = key.slice(0, -1)
  expect([result, output]).toEqual(['FAILURE', expect.stringContaining('API key')])
})

test('an address without TLS is refused before the key is sent there', async () => {
  const { output } = await run(`withDuffy(type: 'metal', url: 'http://duffy.example.org') { }`)
  expect(output).toContain('readable without https')
})

test('Duffy that is killed and comes back while the build waits in line has it served, once', async () => {
  const other = await takeAll()
  const ran = start(`withDuffy(type: 'metal', count: 2) { hosts -> echo "got \${hosts.size()}" }`)
  await printed(ran, 'in place 1')
  await duffy.kill()
  await printed(ran, 'Trying again')
  await duffy.start()
  await duffy.api('POST', `/api/v2/leases/${other}/done`, {})
  expect([await ran.ended(), ran.output()]).toEqual(['SUCCESS', expect.stringContaining('got 2')])
  expect(await endings(ran.output())).toEqual(['done'])
})

test('Duffy that is away until after the build began is waited for', async () => {
  await duffy.kill()
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo 'got one' }`)
  await printed(ran, 'Trying again')
  await duffy.start()
  expect([await ran.ended(), ran.output()]).toEqual(['SUCCESS', expect.stringContaining('got one')])
})

test('Duffy that stays away fails the build in the end', async () => {
  const { server, url } = await between(() => ({ status: 503 }))
  const { result, output } = await run(`withDuffy(type: 'metal', outageSeconds: 10) { }`, url)
  server.close()
  expect([result, output]).toEqual(['FAILURE', expect.stringContaining(`no answer from ${url}`)])
})

test('when asked to come back later it does, and not before', async () => {
  const turned = [
    { status: 503, retryAfter: '7' },
    { status: 429, retryAfter: '4' },
  ]
  const { server, url } = await between(() => turned.shift() ?? null)
  const { result, steps } = await run(`withDuffy(type: 'metal') { hosts -> echo 'got one' }`, url)
  server.close()
  expect([result, steps.slice(0, 2)]).toEqual(['SUCCESS', ['sleep 7', 'sleep 4']])
})

test('an answer that is lost leads to no second lease', async () => {
  let lost = 0
  const { server, url } = await between((path) => (path.startsWith('/webhooks') && lost++ < 2 ? 'lose' : null))
  const ran = start(`withDuffy(type: 'metal') { hosts -> work(time: 1) }`, url)
  await printed(ran, 'until')
  expect(await leases()).toHaveLength(1)
  expect([await ran.ended(), await endings(ran.output())]).toEqual(['SUCCESS', ['done']])
  server.close()
})

test('aborted when no answer has come yet, it still gives back what it was granted', async () => {
  let losing = true
  const { server, url } = await between((path) => (path.startsWith('/webhooks') && losing ? 'lose' : null))
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo 'in the block' }`, url)
  await printed(ran, 'Trying again')
  expect(await leases()).toHaveLength(1)
  losing = false
  ran.abort()
  expect([await ran.ended(), await leases()]).toEqual(['ABORTED', []])
  server.close()
})

test('Duffy that is away when they are given back takes them back when the build is over', async () => {
  const ran = start(`withDuffy(type: 'metal') { hosts -> echo 'in'; work(time: 2) }`)
  await printed(ran, 'in\n')
  await duffy.kill()
  await pause(2000)
  ran.abort()
  expect([await ran.ended(), ran.output()]).toEqual(['ABORTED', expect.stringContaining('when this build is over')])
  await duffy.start()
  expect(await leases()).toHaveLength(1)
  stub.set(build, 'ABORTED')
  while ((await leases()).length > 0) await pause(50)
  expect(await endings(ran.output())).toEqual(['buildAborted'])
})

const listIn = (ran: RunningPipeline, folder = 'duffy-artifacts') => {
  const names = readdirSync(join(ran.workspace, folder)).filter((name) => name.endsWith('.json'))
  expect(names).toHaveLength(1)
  return JSON.parse(readFileSync(join(ran.workspace, folder, names[0]!), 'utf8'))
}
/** What is in the folder, whatever the lease and its machine are called, with its bytes. */
const filesIn = (ran: RunningPipeline, folder = 'duffy-artifacts') =>
  Object.fromEntries(
    everything(join(ran.workspace, folder))
      .filter((path) => statSync(path).isFile() && !path.endsWith('.json'))
      .map((path) => [
        relative(join(ran.workspace, folder), path).replace(/^L\w+\/m\d\//, ''),
        readFileSync(path, 'latin1'),
      ]),
  )
const BOTH = { file: 'a\0\r\n\xff', 'var/log/a log': 'log\n' }

test.each([
  ['ends well', `echo 'well'`, 'SUCCESS'],
  ['throws', `error('the tests failed')`, 'FAILURE'],
])('what was collected after a block that %s is in the workspace, and told in the log', async (_, body, result) => {
  const ran = start(`node { withDuffy(type: 'metal', collect: ['/file']) { hosts -> ${body} } }`)
  expect([await ran.ended(), filesIn(ran)]).toEqual([result, BOTH])
  const { lease } = listIn(ran)
  expect(ran.output()).toMatch(new RegExp(`Duffy: m\\d: /file, 5 B: duffy-artifacts/${lease}/m\\d/file$`, 'm'))
  expect(ran.output()).toMatch(/Duffy: m\d: \/dev\/null is left out: no file$/m)
  expect(ran.output()).toMatch(
    new RegExp(
      `Duffy: fetched 2 of 2 files of ${lease}, 9 B, into duffy-artifacts/${lease}; Duffy keeps them until 20`,
    ),
  )
})

test('a build that is aborted has what was collected all the same', async () => {
  const ran = start(`node { withDuffy(type: 'metal', collect: ['/file']) { hosts -> echo 'in'; work(time: 60) } }`)
  await printed(ran, 'in\n')
  ran.abort()
  expect([await ran.ended(), filesIn(ran)]).toEqual(['ABORTED', BOTH])
})

test('a collection that fails fails no build, and what had come is fetched', async () => {
  const ran = start(`node { withDuffy(type: 'metal', collect: ['/fail']) { } }`)
  expect([await ran.ended(), filesIn(ran)]).toEqual(['SUCCESS', BOTH])
  expect(ran.output()).toMatch(/Duffy: m\d: no more came: .*its disk is gone.* \(duffy log \w+\)$/m)
})

test('outside of a node the log says what there is, and a node fetches it later', async () => {
  const ran = start(`
    def lease
    withDuffy(type: 'metal', collect: ['/file']) { hosts -> lease = env.DUFFY_LEASE }
    echo 'and now'
    node { duffyArtifacts(lease: lease) }`)
  expect([await ran.ended(), filesIn(ran)]).toEqual(['SUCCESS', BOTH])
  const [before, after] = ran.output().split('and now')
  expect(before).toMatch(
    /nothing is fetched: there is no workspace here\. Within a node, duffyArtifacts\(lease: 'L\w+'\) fetches it/,
  )
  expect(before).toMatch(new RegExp(`Duffy: m\\d: /file, 5 B: ${duffy.url}/api/v2/artifacts/N\\w+-1$`, 'm'))
  expect(after).toContain('fetched 2 of 2 files')
})

test('what is not to be fetched, or is too much, is named with its address', async () => {
  const ran = start(`node {
    withDuffy(type: 'metal', collect: ['/file'], fetch: false) { }
    sh 'ls'
    withDuffy(type: 'metal', collect: ['/file'], fetchMiB: 0, folder: 'a/b') { }
  }`)
  expect([await ran.ended(), filesIn(ran, 'a/b')]).toEqual(['SUCCESS', {}])
  expect(readdirSync(ran.workspace)).toEqual(['a'])
  expect(ran.output()).toMatch(/Duffy: 2 files of L\w+: Duffy keeps them until [\w:.-]+: duffy artifacts get L/)
  const address = `${duffy.url}/api/v2/artifacts/N\\w+-1`
  expect(ran.output()).toMatch(new RegExp(`m\\d: /file, 5 B: ${address}$`, 'm'))
  expect(ran.output()).toMatch(
    new RegExp(`m\\d: /file, 5 B: not fetched: more than 0 MiB in all \\(fetchMiB\\): ${address}$`, 'm'),
  )
})

test('two blocks in one workspace keep apart what they collect, and what an earlier build left is gone', async () => {
  const ran = start(`node {
    sh '''mkdir -p duffy-artifacts/L222/m1 duffy-artifacts/L333 own && touch duffy-artifacts/L222/m1/old duffy-artifacts/L333/theirs own/kept
      printf '{\\n    "lease": "L222",\\n    "build": "http://jenkins.example.org/job/ceph/1/"' >duffy-artifacts/L222.json
      echo '{}' >duffy-artifacts/L333.json'''
    withDuffy(type: 'metal', collect: ['/file']) { withDuffy(type: 'metal', collect: ['/file']) { } }
    withDuffy(type: 'metal', collect: ['/file']) { error('the tests failed') }
  }`)
  expect(await ran.ended()).toBe('FAILURE')
  const came = everything(ran.workspace).map((path) => relative(ran.workspace, path))
  expect(came.filter((path) => /L\w+\/m\d\/file$/.test(path))).toHaveLength(3)
  expect(came.filter((path) => /L222|old/.test(path))).toEqual([])
  expect(came).toEqual(expect.arrayContaining(['own/kept', 'duffy-artifacts/L333/theirs']))
})

test('no folder leads out of the workspace, and none through a link', async () => {
  const folders = ['..', '../x', '/etc', 'a/../../b', '', '.', 'a\\\\b', 'C:']
  const ran = start(`node {
    for (folder in ${JSON.stringify(folders)}) try { withDuffy(type: 'metal', folder: folder) { } } catch (refused) { echo "no: \${refused.message}" }
    sh 'mkdir ../elsewhere && ln -s ../elsewhere link'
    withDuffy(type: 'metal', collect: ['/file'], folder: 'link/in') { }
  }`)
  expect(await ran.ended()).toBe('SUCCESS')
  expect(ran.output().match(/no: withDuffy: `folder` is one in the workspace/g)).toHaveLength(folders.length)
  expect(ran.output()).toContain('nothing is fetched: link is a link, which may lead out of the workspace')
  expect([readdirSync(join(ran.dir, 'elsewhere')), everything(ran.workspace)]).toEqual([
    [],
    [join(ran.workspace, 'link')],
  ])
})

test('whatever files are called, they stay beneath the folder of their lease, and what does not come whole is not there', async () => {
  const of = (at: number, path: string, bytes: number, machine = 'm1') => ({
    id: `N1-${at}`,
    machine,
    path,
    bytes,
    keptUntil: 'then',
  })
  const listed = [
    of(1, '/../../../../evil', 1),
    of(2, '/x', 1, '../../../evil'),
    of(3, '/a', 1),
    of(4, '/a/b', 1),
    of(5, '/A', 1),
    of(6, '/C:\\evil', 1),
    of(7, '/', 1),
    of(8, '/cut', 5),
    of(9, '/longer', 0),
    of(10, '/gone', 1),
    of(11, '/busy', 1),
    of(12, '/late', 1),
  ]
  const list = { lasts: false, collecting: [], leftOut: [], leftOutMore: 3, failed: [], artifacts: listed, detail: '' }
  let late = 0
  const { server, url } = await between((path) => {
    const [, lease, file] = /leases\/(L\w+)\/artifacts$|artifacts\/N1-(\d+)$/.exec(path) ?? []
    if (lease !== undefined) return { status: 200, body: JSON.stringify({ ...list, lease }) }
    if (file === '12' && late++ < 2) return 'lose'
    return file === undefined ? null : { status: { 10: 404, 11: 503 }[file] ?? 200, retryAfter: '1', body: 'x' }
  })
  const ran = start(`node { withDuffy(type: 'metal', collect: ['/file']) { } }`, url)
  expect(await ran.ended()).toBe('SUCCESS')
  server.close()
  const { lease } = listIn(ran)
  const into = join(ran.workspace, 'duffy-artifacts', lease)
  const files = everything(ran.dir).filter(
    (path) => statSync(path).isFile() && !path.startsWith(`${ran.dir}/credentials/`),
  )
  expect(files.map((path) => relative(into, path)).toSorted()).toEqual([
    '../../../Jenkinsfile',
    '../../../steps',
    `../${lease}.json`,
    '.._.._.._evil/x',
    'm1/C__evil',
    'm1/N1-4-b',
    'm1/N1-5-A',
    'm1/N1-7-m1',
    'm1/_/_/_/_/evil',
    'm1/a',
    'm1/late',
  ])
  const why = Object.fromEntries(
    Array.from(ran.output().matchAll(/m1: (\S+), \d B: not fetched: (.*): http/g), ([, path, because]) => [
      path!,
      because,
    ]),
  )
  expect(why).toEqual({
    '/cut': expect.stringContaining('cut off after 1 of 5 bytes'),
    '/longer': expect.stringContaining('more came than the 0 bytes'),
    '/gone': expect.stringContaining('404'),
    '/busy': expect.stringContaining('503'),
  })
  expect(ran.output()).toContain('Duffy: and 3 more\n')
})

test('a collection that hangs fails no build, and holds up neither the machine nor, for longer than was said, the build', async () => {
  const ran = start(`node {
    def lease
    withDuffy(type: 'vm', collect: ['/hang'], fetchSeconds: 1) { hosts -> lease = env.DUFFY_LEASE }
    echo 'and now'
    duffyArtifacts(lease: lease)
  }`)
  await printed(ran, 'collecting from')
  expect(await leases()).toEqual([])
  expect(await ran.ended()).toBe('SUCCESS')
  const [before, after] = ran.output().split('and now')
  expect(before).toMatch(/Duffy: v1: is still being collected from, and waited for no longer \(fetchSeconds\)$/m)
  expect(after).toMatch(/Duffy: v1: no more came: .*took too long/)
})

test('a build that is aborted once more while it waits for a collection ends at once', async () => {
  const ran = start(`node { withDuffy(type: 'vm', collect: ['/hang']) { hosts -> echo 'in'; work(time: 60) } }`)
  await printed(ran, 'in\n')
  ran.abort()
  await printed(ran, 'collecting from')
  ran.abort()
  expect([await ran.ended(), await leases()]).toEqual(['ABORTED', []])
  expect(ran.output()).not.toContain('waited for no longer')
})
