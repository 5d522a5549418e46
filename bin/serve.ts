import { duffy } from '../adapters/duffy.ts'
import { CannotListen } from '../adapters/http/server.ts'
import { textLog } from '../adapters/log.ts'
import { BadSlack } from '../adapters/slack/bad-slack.ts'
import { BadConfig } from '../adapters/duffy/site.ts'
import { InUse } from '../adapters/store/lock.ts'

const log = textLog((line) => process.stderr.write(line))

/** Faults that whoever starts Duffy can mend: their sentences say how, and a stack would only be in the way. */
const isTheirs = (fault: unknown): fault is Error =>
  fault instanceof BadSlack || fault instanceof BadConfig || fault instanceof InUse || fault instanceof CannotListen

try {
  const running = await duffy({ environment: process.env, clock: Date.now, log })
  log('info', `Duffy answers at ${running.url}`)

  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log('info', `stopping at ${signal}: what runs is stopped, what is owed is kept`)
    await running[Symbol.asyncDispose]()
    process.exit(0)
  }
  process.on('SIGINT', () => void stop('SIGINT'))
  process.on('SIGTERM', () => void stop('SIGTERM'))
  process.on('SIGHUP', () => void running.reload())
} catch (fault) {
  process.stderr.write(`${isTheirs(fault) ? fault.message : String(fault instanceof Error ? fault.stack : fault)}\n`)
  process.exit(isTheirs(fault) ? 1 : 70)
}
