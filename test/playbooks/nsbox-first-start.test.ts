import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { workshop } from '../kit/ansible.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

const nsbox = join(shop.options.playbooksDir, 'drivers/nsbox/files/nsbox')
/** The host's /etc as it was before any sandbox: without the user that they run as. */
const etc = join(shop.dir, 'etc')

async function provision(name: string): Promise<string> {
  const vars = join(shop.dir, `${name}.json`)
  writeFileSync(vars, JSON.stringify({ duffy_in: { machine: { name, variables: {} }, lease: null } }))
  const argv = ['--dev-bind', '/', '/', '--bind', etc, '/etc', '/usr/bin/python3', '-BIS', nsbox, 'provision']
  const started = spawn('bwrap', argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], DUFFY_VARS: vars, DUFFY_STATE_DIR: shop.options.stateDir },
  })
  const [said, complaint] = await Promise.all([text(started.stdout), text(started.stderr), once(started, 'close')])
  return said === '' ? complaint : (JSON.parse(said) as { power: string }).power
}

// Only root makes the user; anybody else's sandboxes are their own.
test.runIf(process.getuid?.() === 0)(
  'sandboxes that start at once where the user for them is still to be made are all one user’s, and start',
  async () => {
    cpSync('/etc', etc, { recursive: true, verbatimSymlinks: true })
    for (const file of ['passwd', 'group', 'shadow', 'gshadow']) {
      const path = join(etc, file)
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/^duffy-nsbox:.*\n/gm, ''))
    }
    mkdirSync(shop.options.stateDir, { recursive: true })
    const names = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6']
    expect(await Promise.all(names.map(provision))).toEqual(names.map(() => 'on'))
    expect(execFileSync('grep', ['-c', '^duffy-nsbox:', join(etc, 'passwd')], { encoding: 'utf8' })).toBe('1\n')
  },
)
