import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { scratch } from '../scratch.ts'

const HERE = import.meta.dirname
export const LIBRARY = resolve(HERE, '../../../integrations/jenkins')

/** A pipeline that a real Groovy runs, with stand-ins for the steps of Jenkins. */
export interface RunningPipeline extends AsyncDisposable {
  readonly pid: number
  /** Its folder: where its shell steps run. */
  readonly dir: string
  /** Where they run within a node. */
  readonly workspace: string
  /** What it has printed so far; nothing is masked. */
  output(): string
  /** The steps that were run, as `sleep 5`. */
  steps(): readonly string[]
  /** Aborts it: heard by the step that waits now, or by the next that does. */
  abort(): void
  /** How it ended, in the words of Jenkins. */
  ended(): Promise<string>
}

export interface PipelineOptions {
  /** The Jenkinsfile, or its text. */
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
  /** Texts by id. */
  readonly credentials: Readonly<Record<string, string>>
}

export const runPipeline = ({ script, environment, credentials }: PipelineOptions): RunningPipeline => {
  const dir = realpathSync(mkdtempSync(join(scratch(), 'duffy-pipeline-')))
  mkdirSync(join(dir, 'credentials'))
  for (const [id, text] of Object.entries(credentials))
    writeFileSync(join(dir, 'credentials', id), `${text}\n`, { mode: 0o600 })
  const file = existsSync(script) ? script : join(dir, 'Jenkinsfile')
  if (file !== script) writeFileSync(file, script)
  const child = spawn('groovy', ['-cp', join(HERE, 'classes'), join(HERE, 'Pipeline.groovy'), LIBRARY, file, dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env['PATH'], HOME: dir, LANG: 'C.UTF-8', JAVA_HOME: javaHome(), JAVA_OPTS, ...environment },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  const over = once(child, 'close')
  return {
    pid: child.pid!,
    dir,
    workspace: join(dir, 'workspace'),
    output: () => output,
    steps: () => (existsSync(join(dir, 'steps')) ? readFileSync(join(dir, 'steps'), 'utf8').trim().split('\n') : []),
    abort: () => appendFileSync(join(dir, 'aborts'), 'abort\n'),
    async ended() {
      await over
      return /^Finished: (\w+)$/m.exec(output)?.[1] ?? `not at all: ${output}`
    },
    async [Symbol.asyncDispose]() {
      end(child)
      await over
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** For programs that run a second or two. */
const JAVA_OPTS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

/** With the JVM that `groovy` started. */
const end = ({ pid }: ChildProcess): void => {
  try {
    process.kill(-pid!, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Where the JVM is that `java` starts: a home that Groovy assumes by itself is not there with every package of one. */
export const javaHome = (): string => {
  const found = spawnSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' }).stdout.trim()
  if (found === '') throw new Error('there is no java: apt-get install --no-install-recommends groovy brings one')
  return dirname(dirname(realpathSync(found)))
}

/** Resolves once it has printed something; rejects if it ends before. */
export const printed = async (pipeline: RunningPipeline, text: string): Promise<void> => {
  const ended = pipeline.ended().then(() => true)
  while (!pipeline.output().includes(text)) {
    const over = await Promise.race([ended, pause(20, false)])
    if (over && !pipeline.output().includes(text)) throw new Error(`it never said "${text}":\n${pipeline.output()}`)
  }
}

/** Of every process on this host. */
export const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
