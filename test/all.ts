/**
 * What `npm test` runs: the checks, then every test. Fails on any failure, on a test that was skipped, since each needs
 * something that a set-up machine has, and when there were no tests at all.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { unexpected } from './order.ts'

interface Report {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly startTime: number
    readonly endTime: number
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

const root = resolve(import.meta.dirname, '..')
process.env['DUFFY_TEST_SEED'] ??= seedOfCommit()
const scratch = mkdtempSync(join(tmpdir(), 'duffy-test-'))
process.exitCode = runAll(join(scratch, 'report.json'))
rmSync(scratch, { recursive: true, force: true })

function runAll(reportFile: string): number {
  const checked = run('npm', ['run', '--silent', 'check'])
  const tested = run(process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ])
  const report = readReport(reportFile)
  // A file that breaks before its tests are known has none to count, so it counts as one.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((it) => it.status !== 'failed'),
  )
  const failed = report.numFailedTests + broken.length
  const skipped = report.numPendingTests + report.numTodoTests
  for (const { assertionResults } of report.testResults) {
    for (const { status, fullName } of assertionResults)
      if (!['passed', 'failed'].includes(status)) console.log(`skipped: ${fullName}`)
  }
  for (const file of process.argv.length > 2 ? [] : unexpected(report.testResults))
    console.log(`${file}; start it early by the list in test/order.ts`)
  console.log(`what was left to chance began from DUFFY_TEST_SEED=${process.env['DUFFY_TEST_SEED']}`)
  if (!checked) console.log('`npm run check` failed; see above')
  console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`)
  const sound = checked && tested && report.success && failed === 0 && skipped === 0 && report.numPassedTests > 0
  return sound ? 0 : 1
}

function run(command: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error !== undefined) console.error(`cannot run ${command}: ${error.message}`)
  return status === 0
}

/** One commit, one seed: a failure blames the commit that it comes with, and comes again. Other commits try other things. */
function seedOfCommit(): string {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD^{tree}'], { cwd: root, encoding: 'utf8' })
  const seed = Number.parseInt(stdout?.slice(0, 7) ?? '', 16)
  return String(Number.isNaN(seed) ? Date.now() % 2 ** 28 : seed)
}

/** Nothing was tested where vitest left no report. */
function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch (error) {
    console.error(`the tests left no report: ${String(error)}`)
    return {
      success: false,
      numPassedTests: 0,
      numFailedTests: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [],
    }
  }
}
