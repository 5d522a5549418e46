import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../kit/until.ts'
import { scratch } from '../kit/scratch.ts'

const SCRIPT = readFileSync(resolve(import.meta.dirname, '../../playbooks/roles/jenkins_agent/files/agent.sh'), 'utf8')

let dir: string
let bin: string
beforeEach(() => {
  dir = mkdtempSync(join(scratch(), 'duffy-agent-sh-'))
  bin = join(dir, 'bin')
  mkdirSync(bin)
  // All that the script uses, and no java.
  for (const name of ['sh', 'mkdir', 'cat', 'sleep', 'setsid', 'nohup', 'tail', 'env', 'chmod'])
    symlinkSync(spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim(), join(bin, name))
  symlinkSync('/usr/bin/python3', join(bin, 'python3'))
  program('id', 'echo 0')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const program = (name: string, does: string): void => {
  rmSync(join(bin, name), { force: true })
  writeFileSync(join(bin, name), `#!/bin/sh\n${does}\n`, { mode: 0o755 })
}
/** Not run synchronously: it may call a server of this process. */
const agent = async (...words: string[]): Promise<string> => {
  const child = spawn(join(bin, 'sh'), ['-c', SCRIPT, 'agent.sh', ...words], { env: { PATH: bin, HOME: dir } })
  let said = ''
  child.stdout.on('data', (data: Buffer) => (said += data.toString()))
  child.stderr.on('data', (data: Buffer) => (said += data.toString()))
  // Whoever needs no secret may be gone before it comes.
  child.stdin.on('error', () => {}).end('s3cret')
  const [status] = await once(child, 'close')
  expect(status).toBe(0)
  return said
}
const jar = async () => {
  const server = createServer((request, response) => void response.end(`jar of ${request.url}`)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/` }
}

test('root gets a JRE by apt-get, and the folder is made', async () => {
  program('apt-get', `echo "$*" >> ${dir}/installed; printf '#!/bin/sh\\n' > ${bin}/java; chmod 755 ${bin}/java`)
  expect(await agent('ssh', 'jenkins')).toBe('')
  expect(readFileSync(join(dir, 'installed'), 'utf8')).toBe('install -y --no-install-recommends default-jre-headless\n')
  expect(existsSync(join(dir, 'jenkins'))).toBe(true)
})

test.each([
  ['somebody who is not root', 'echo 1000', 'problem: there is no java, and only root could install one\n'],
  ['root of a machine without packages', 'echo 0', 'problem: there is no java, and none could be installed\n'],
])('without java, %s is told so', async (_, id, said) => {
  program('id', id)
  expect(await agent('ssh', 'jenkins')).toBe(said)
})

test('an inbound agent is started with its secret in a file of its own, and started again it replaces itself', async () => {
  program('java', `echo "$*" >> ${dir}/started; exec sleep 60`)
  const { server, url } = await jar()
  const start = () => agent('inbound', 'jenkins', 'duffy-L1-n1', url, 'true')
  expect(await start()).toBe('')
  const own = join(dir, 'jenkins')
  expect(readFileSync(join(dir, 'started'), 'utf8')).toBe(
    `-jar agent.jar -url ${url} -secret @secret -name duffy-L1-n1 -workDir ${own} -webSocket\n`,
  )
  expect([readFileSync(join(own, 'secret'), 'utf8'), statSync(join(own, 'secret')).mode & 0o777]).toEqual([
    's3cret',
    0o600,
  ])
  expect(readFileSync(join(own, 'agent.jar'), 'utf8')).toBe('jar of /jnlpJars/agent.jar')
  const first = Number(readFileSync(join(own, 'pid'), 'utf8'))
  expect(await start()).toBe('')
  server.close()
  const second = Number(readFileSync(join(own, 'pid'), 'utf8'))
  await until(() => !existsSync(`/proc/${first}`))
  expect(existsSync(`/proc/${second}`)).toBe(true)
  process.kill(second)
})

test('an agent that ends at once is told with its last line', async () => {
  program('java', 'echo one; echo "the secret is refused"; exit 1')
  const { server, url } = await jar()
  expect(await agent('inbound', 'jenkins', 'n', url, 'false')).toBe(
    'problem: the agent ended at once: the secret is refused\n',
  )
  server.close()
})

test('a Jenkins that gives no agent.jar is told', async () => {
  program('java', 'exec sleep 60')
  expect(await agent('inbound', 'jenkins', 'n', 'http://127.0.0.1:1/', 'true')).toMatch(
    /^problem: agent\.jar cannot be fetched from http:\/\/127\.0\.0\.1:1\/: .*refused/,
  )
})
