/**
 * Takes each guard out of a copy of the code, one at a time, and runs the tests that are to notice: `npm run test:guards`, or with
 * words of a rule to try only those. Fails if no test fails, or if the code without the guard cannot run at all.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { GUARDS, type Guard } from './guards.ts'

const root = resolve(import.meta.dirname, '../..')
/** Code that cannot run shows nothing about the guard. */
const BROKEN = /^(SyntaxError|ReferenceError)/

/** What a copy does without. */
const LEFT = ['.git', 'node_modules', 'var', 'dist']

const wanted = process.argv.slice(2).map((word) => word.toLowerCase())
const tried = GUARDS.filter(({ rule, file }) => wanted.every((word) => `${rule} ${file}`.toLowerCase().includes(word)))
const copy = mkdtempSync(join(tmpdir(), 'duffy-guards-'))
try {
  cpSync(root, copy, { recursive: true, filter: (path) => !LEFT.includes(relative(root, path)) })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const failed = tried.filter((guard) => !isNoticed(guard))
  console.log(`${tried.length - failed.length} passed, ${failed.length} failed`)
  process.exitCode = failed.length === 0 && tried.length > 0 ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}

function isNoticed({ rule, file, text, without, tests }: Guard): boolean {
  const path = join(copy, file)
  const before = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    before.replace(text, () => without),
  )
  try {
    for (const of of tests) {
      const noticed = failures(of)
      if (noticed === null) continue
      console.log(`noticed  ${rule}\n         ${noticed}`)
      return true
    }
    console.log(`UNNOTICED  ${rule}  (${file})`)
    return false
  } finally {
    writeFileSync(path, before)
  }
}

/** The first test that failed for a reason of its own; null if none did. */
function failures(tests: string): string | null {
  const report = join(copy, 'report.json')
  rmSync(report, { force: true })
  spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      tests,
      '--bail=1',
      '--reporter=json',
      `--outputFile=${report}`,
    ],
    { cwd: copy, stdio: 'ignore' },
  )
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const ran = testResults.flatMap(({ assertionResults }) => assertionResults)
  if (ran.length === 0) throw new Error(`nothing in ${tests} can run, with or without a guard`)
  const failed = ran.find(
    ({ status, failureMessages }) => status === 'failed' && !failureMessages.some((message) => BROKEN.test(message)),
  )
  return failed?.fullName ?? null
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}
