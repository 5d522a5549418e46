import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { ProcessGroup } from '../../../adapters/ansible/ansible.ts'
import type { RunOrder } from '#core'
import { lives, longEnough, session, workshop } from '../../kit/ansible.ts'
import { until } from '../../kit/until.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

const duffy = fileURLToPath(new URL('../../kit/ansible-duffy.ts', import.meta.url))
const file = (name: string): string => join(shop.dir, name)
const pidIn = (name: string): number => Number(readFileSync(file(name), 'utf8'))

/** Another Duffy that performs the order; resolves when it was given the group to record. */
async function another(order: RunOrder, hold = '') {
  const child = spawn(process.execPath, [duffy, JSON.stringify(shop.options), JSON.stringify(order), hold], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const group: ProcessGroup = JSON.parse(String(line))
  const exited = once(child, 'exit')
  const die = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return { group, die }
}

/** Starts a playbook that notes its process, and kills the Duffy that started it while the playbook runs; null if its deadline came first. */
async function orphanBefore(name: string, deadlineMs: number): Promise<ProcessGroup | null> {
  rmSync(file(name), { force: true })
  await shop.site('check', `- raw: echo $$ > ${file(name)}; trap '' TERM; sleep 60; sleep 61`)
  const { group, die } = await another(shop.order({ step: 'check', deadlineMs }))
  const isNoted = (): boolean => existsSync(file(name)) && readFileSync(file(name), 'utf8').endsWith('\n')
  await until(() => isNoted() || !lives(group.pgid))
  await die()
  return isNoted() && lives(pidIn(name)) ? group : null
}

async function orphan(name: string): Promise<ProcessGroup> {
  const group = await orphanBefore(name, 60_000)
  if (group === null) throw new Error('the playbook ended with its Duffy, or before')
  return group
}

test('nothing runs if Duffy dies before the group is on record', async () => {
  await shop.site('grant', `- raw: touch ${file('ran')}`)
  const { group, die } = await another(shop.order({ step: 'grant' }), 'hold')
  expect(lives(group.pgid)).toBe(true)
  await die()
  await until(() => !lives(group.pgid))
  await sleep(1000)
  expect(existsSync(file('ran'))).toBe(false)
  expect(session(group.pgid)).toEqual([])
})

test('a playbook left by a dead Duffy is killed by the next', async () => {
  const group = await orphan('left')
  expect(await shop.ansible.killOrphan(group)).toBe('killed')
  expect(session(group.pgid)).toEqual([])
  expect(lives(pidIn('left'))).toBe(false)
  expect(await shop.ansible.killOrphan(group)).toBe('gone')
})

test('a playbook left by a dead Duffy is killed also when its leader is gone', async () => {
  const group = await orphan('headless')
  process.kill(group.pgid, 'SIGKILL')
  await until(() => !lives(group.pgid))
  expect(await shop.ansible.killOrphan(group)).toBe('killed')
  expect(session(group.pgid)).toEqual([])
  expect(lives(pidIn('headless'))).toBe(false)
})

test('the deadline of a playbook holds without Duffy', async () => {
  const group = await longEnough(2000, (deadlineMs) => orphanBefore('overdue', deadlineMs))
  await until(() => session(group.pgid).length === 0)
  expect(lives(pidIn('overdue'))).toBe(false)
})

test('a stranger with the number of an old group is left alone', async () => {
  await shop.site('revoke', '- set_fact: {duffy_out: {}}')
  const { groups } = await shop.run({ step: 'revoke' })
  const here = groups[0]
  if (here === undefined) throw new Error('the run had no group')
  // Begun when the run is over: within one tick of it, it could not be told from the run.
  const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  const pgid = stranger.pid ?? 0
  expect(await shop.ansible.killOrphan({ ...here, pgid })).toBe('gone')
  expect(lives(pgid)).toBe(true)
  process.kill(pgid, 'SIGKILL')
})

test('a stranger whose own leader is gone is left alone', async () => {
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(createInterface(parent.stdout), 'line')
  const [pgid, left] = [parent.pid ?? 0, Number(line)]
  await until(() => !lives(pgid))
  const { groups } = await shop.run({ step: 'revoke' })
  const here = groups[0]
  if (here === undefined) throw new Error('the run had no group')
  expect(await shop.ansible.killOrphan({ ...here, pgid })).toBe('gone')
  expect(lives(left)).toBe(true)
  process.kill(left, 'SIGKILL')
})

test('a group of another host or another boot is elsewhere', async () => {
  const group = { host: 'other', pgid: process.pid, startTicks: '1', bootId: 'b' }
  expect(await shop.ansible.killOrphan(group)).toBe('elsewhere')
  const { groups } = await shop.run({ step: 'revoke' })
  const here = groups[0]
  if (here === undefined) throw new Error('the run had no group')
  expect(await shop.ansible.killOrphan({ ...here, bootId: 'b' })).toBe('elsewhere')
})
