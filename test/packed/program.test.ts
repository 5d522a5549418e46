import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const PROGRAM = resolve(import.meta.dirname, '../../bin/duffy')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'duffy-program-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['node_modules/duffy', 'it runs in a folder of its own, not beneath node_modules'],
  ['duffy', 'the packages are not installed; run "npm ci"'],
])('where it cannot run, in %s, the program says what to do', (place, sentence) => {
  const bin = join(folder, place, 'bin')
  mkdirSync(bin, { recursive: true })
  cpSync(PROGRAM, join(bin, 'duffy'))
  const { status, stderr } = spawnSync(join(bin, 'duffy'), ['list'], { encoding: 'utf8' })
  expect(stderr).toContain(`duffy: ${sentence}`)
  expect(stderr).toContain(join(folder, place))
  expect(status).toBe(70)
})
