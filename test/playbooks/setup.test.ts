import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const setup = fileURLToPath(new URL('../../scripts/setup', import.meta.url))
const programs = [
  'ansible-playbook',
  'bwrap',
  'dropbear',
  'dropbearkey',
  'ssh',
  'ssh-keygen',
  'setpriv',
  'prlimit',
  'timeout',
  'grep',
]
const dir = mkdtempSync(join(tmpdir(), 'duffy-setup-'))
/** A copy that looks nowhere but on the PATH it is given. */
const script = join(dir, 'setup')

beforeAll(() => {
  const text = spawnSync('sed', ['/^PATH=/d', setup], { encoding: 'utf8' }).stdout
  writeFileSync(script, text)
  program('id', 'echo 1000')
  for (const name of programs) program(name, ':')
})
afterAll(() => rmSync(dir, { recursive: true }))

function program(name: string, does: string): void {
  writeFileSync(join(dir, name), `#!/bin/sh\n${does}\n`, { mode: 0o755 })
}

const run = (...argv: readonly string[]) =>
  spawnSync('/bin/sh', [script, ...argv], { encoding: 'utf8', env: { PATH: dir } })

test('when nothing is missing nothing is said', () => {
  expect(run('run')).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

test('without the right to install, the command is told and nothing is done', () => {
  rmSync(join(dir, 'bwrap'))
  rmSync(join(dir, 'dropbear'))
  rmSync(join(dir, 'dropbearkey'))
  program('apt-get', 'echo CALLED')
  expect(run('run')).toMatchObject({
    status: 1,
    stdout: 'missing: bwrap dropbear dropbearkey\n',
    stderr: expect.stringContaining('sudo apt-get install -y --no-install-recommends bubblewrap dropbear-bin\n'),
  })
})

test('the tests need the chat servers too, and a browser', () => {
  const needed = 'inspircd atheme-services ngircd anope ii irssi script groovy jq'
  expect(run('test').stdout).toContain(`${needed} chromium-headless-shell\n`)
  program('chromium', ':')
  expect(run('test').stdout).toContain(`${needed}\n`)
})

test('on Fedora the packages have other names', () => {
  rmSync(join(dir, 'apt-get'))
  program('dnf', 'echo CALLED')
  expect(run('run').stderr).toContain('sudo dnf install -y --setopt=install_weak_deps=False bubblewrap dropbear\n')
})

test('root installs, after saying what', () => {
  rmSync(join(dir, 'id'))
  program('id', 'echo 0')
  expect(run('run')).toMatchObject({
    status: 0,
    stdout: 'missing: bwrap dropbear dropbearkey\ninstalling: bubblewrap dropbear\nCALLED\n',
  })
})

test('a failed installation fails the setup', () => {
  rmSync(join(dir, 'dnf'))
  symlinkSync('/bin/false', join(dir, 'dnf'))
  expect(run('run').status).toBe(1)
})
