import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { boxesOf, carrying, lives, workshop } from '../kit/ansible.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

const boxes = boxesOf(shop.options.stateDir)
const processes = (name: string): number[] => carrying(`DUFFY_BOX=${boxes}/${name}\0`)

/** How a recycle from this state ends, what is there then, and whether it answers. */
async function recycled(name: string) {
  const { result } = await shop.run({ step: 'recycle', driver: 'nsbox', name })
  const count = processes(name).length
  const checked = await shop.run({ step: 'check', driver: 'nsbox', name })
  return { result, count, checked: checked.result.outcome }
}
const SOUND = { result: { outcome: 'ok', report: { power: 'on', wipe: { ok: true } } }, count: 2, checked: 'ok' }

test.each<[string, (directory: string, name: string) => void]>([
  ['nothing', () => {}],
  ['a box without its files', (directory) => rmSync(directory, { recursive: true })],
  ['a box whose file is nonsense', (directory) => writeFileSync(join(directory, 'box.json'), '{')],
  ['a file of a box long dead', (directory, name) => kill(name, () => writeFileSync(join(directory, 'left'), ''))],
  [
    "a stranger's process id in the file",
    (directory, name) => {
      kill(name)
      writeFileSync(
        join(directory, 'box.json'),
        JSON.stringify({ pid: process.pid, ticks: 1, port: 22, host_key: 'x' }),
      )
    },
  ],
  ['a box that was halted', (_, name) => process.kill(Math.max(...processes(name)), 'SIGSTOP')],
  ['a box without its outer process', (_, name) => process.kill(Math.min(...processes(name)), 'SIGKILL')],
  [
    'a directory of root’s',
    (directory, name) => {
      kill(name)
      rmSync(directory, { recursive: true })
      mkdirSync(join(directory, 'keys'), { recursive: true, mode: 0o700 })
      writeFileSync(join(directory, 'keys', 'authorized_keys'), 'x', { mode: 0o600 })
    },
  ],
  ['a file in the place of the directory', (directory) => replace(directory, () => writeFileSync(directory, ''))],
  ['a link in the place of the directory', (directory) => replace(directory, () => symlinkSync(shop.dir, directory))],
])('recycle makes a new box out of %s', async (state, damage) => {
  const name = `d${state.length}`
  if (state !== 'nothing') {
    await shop.run({ driver: 'nsbox', name })
    damage(join(boxes, name), name)
  }
  expect(await recycled(name)).toMatchObject(SOUND)
  for (const pid of processes(name)) process.kill(pid, 'SIGKILL')
})

test('a step killed at any moment can be followed by a recycle', async () => {
  const name = 'killed'
  for (const delay of [20, 35, 45, 55, 65, 80]) {
    const vars = join(shop.dir, 'vars.json')
    writeFileSync(vars, JSON.stringify({ duffy_in: { machine: { name, variables: {} }, lease: null } }))
    const nsbox = join(shop.options.playbooksDir, 'drivers/nsbox/files/nsbox')
    const half = spawn('/usr/bin/python3', ['-BIS', nsbox, 'recycle'], {
      detached: true,
      stdio: 'ignore',
      env: { DUFFY_VARS: vars, DUFFY_STATE_DIR: shop.options.stateDir },
    })
    execFileSync('sleep', [`${delay / 1000}`])
    process.kill(-(half.pid ?? 0), 'SIGKILL')
  }
  expect(await recycled(name)).toMatchObject(SOUND)
})

test('a run killed as a group leaves the box of another run alive', async () => {
  await shop.run({ driver: 'nsbox', name: 'spared' })
  const abort = new AbortController()
  await shop.site('check', '- pause: {seconds: 20}')
  const { result } = await shop.run({ step: 'check' }, { signal: abort.signal, onProgress: () => abort.abort() })
  expect(result.outcome).toBe('stopped')
  expect(processes('spared').filter(lives)).toHaveLength(2)
})

function kill(name: string, then?: () => void): void {
  for (const pid of processes(name)) process.kill(pid, 'SIGKILL')
  then?.()
}

function replace(directory: string, by: () => void): void {
  rmSync(directory, { recursive: true })
  by()
}
