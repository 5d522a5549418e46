import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache()
const { run } = await import('./run.ts')

process.exitCode = await run({
  words: process.argv.slice(2),
  env: process.env,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  // Loaded when it is asked for alone: most calls are done before that would be read.
  readLog: async (file) => (await import('./read-log.ts')).readLog(file),
  readSite: async (file) => (await import('./read-site.ts')).readSite(file, process.env),
})
