import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../../adapters/config/config.ts'
import { endBoxes } from './ansible.ts'
import { freePort } from './free-port.ts'
import { scratch } from './scratch.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** Where the command line has Node keep what it compiled, which is a third of a start. */
const COMPILED = join(tmpdir(), 'node-compile-cache')

/** Duffy as a process of its own, with a data directory of its own: what its users meet. */
export interface RunningDuffy extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  /** All it has written to its log since it was first started. */
  log(): string
  api<T = Json>(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply<T>>
  /** As an operator. */
  operate<T = Json>(method: string, path: string, body?: unknown): Promise<Reply<T>>
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on the same data. */
  start(): Promise<void>
  writeConfig(config: Config): void
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface Reply<T> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
}

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into field by field, and a wrong field fails its test
type Json = any

export interface DuffyOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** Instead of the default one. */
  readonly config?: Config
  /** Waits until no machine is on its way any more. Default: true. */
  readonly warm?: boolean
}

export const runDuffy = async ({ environment = {}, config, warm = true }: DuffyOptions = {}): Promise<RunningDuffy> => {
  const dataDir = realpathSync(mkdtempSync(join(scratch(), 'duffy-e2e-')))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const configFile = join(dataDir, 'site.config.ts')
  const writeConfig = (site: Config): void => writeFileSync(configFile, `export default ${JSON.stringify(site)}\n`)
  if (config !== undefined) writeConfig(config)
  let child: ChildProcess | null = null
  let log = ''

  const start = async (): Promise<void> => {
    child = spawn(join(ROOT, 'node_modules/.bin/node'), [join(ROOT, 'bin/serve.ts')], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: dataDir,
        NODE_COMPILE_CACHE: COMPILED,
        DUFFY_DATA_DIR: dataDir,
        DUFFY_PORT: String(port),
        ...(config === undefined ? {} : { DUFFY_CONFIG: configFile }),
        ...environment,
      },
    })
    child.stderr!.on('data', (data: Buffer) => (log += data.toString()))
    await reachable(url, child, () => log)
  }
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const over = once(child, 'exit')
    child.kill(signal)
    await over
  }
  const call =
    (file: string): RunningDuffy['api'] =>
    async (method, path, body, { headers = {}, signal } = {}) => {
      const key = readFileSync(join(dataDir, file), 'utf8').trim()
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers }
    }

  const running: RunningDuffy = {
    url,
    dataDir,
    get pid() {
      return child!.pid!
    },
    log: () => log,
    api: call('local.key'),
    operate: call('operator.key'),
    kill,
    start,
    writeConfig,
    async [Symbol.asyncDispose]() {
      await kill('SIGTERM')
      endBoxes(join(dataDir, 'machines'))
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  try {
    await start()
    if (warm) await settled(running)
    return running
  } catch (fault) {
    await running[Symbol.asyncDispose]()
    throw fault
  }
}

/** Waits until every machine is where it stays by itself: ready, leased or off. */
export const settled = async (duffy: RunningDuffy, ms = 240_000): Promise<void> => {
  const end = performance.now() + ms
  for (;;) {
    const { body } = await duffy.api('GET', '/api/v2/machines')
    const states: string[] = body.machines.map(({ state }: { state: string }) => state)
    if (states.length > 0 && states.every((state) => ['ready', 'leased', 'enrolled', 'retired'].includes(state))) return
    if (performance.now() > end) throw new Error(`machines are still ${states.join(', ')}\n${duffy.log()}`)
    await pause(100)
  }
}

/** A start takes a second or two, and many on a host that is busy with other tests. */
const START_MS = 120_000

const reachable = async (url: string, child: ChildProcess, log: () => string): Promise<void> => {
  const end = performance.now() + START_MS
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`Duffy ended with ${child.exitCode}: ${log()}`)
    const ready = await fetch(`${url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
    if (ready) return
    await pause(50)
  }
  throw new Error(`Duffy is not ready: ${log()}`)
}
