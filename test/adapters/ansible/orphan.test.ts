import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { ProcessGroup } from '../../../adapters/ansible/ansible.ts'
import type { RunOrder } from '#core'
import { lives, session, waitUntil, workshop } from '../../kit/ansible.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

const duffy = fileURLToPath(new URL('../../kit/ansible-duffy.ts', import.meta.url))
const file = (name: string): string => join(shop.dir, name)

/** Another Duffy that performs the order; resolves when it was given the group to record. */
async function another(order: RunOrder, hold = '') {
  const child = spawn(process.execPath, [duffy, JSON.stringify(shop.options), JSON.stringify(order), hold], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const group: ProcessGroup = JSON.parse(String(line))
  const die = async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { group, die }
}

/** Starts a playbook that writes its beats, and kills the Duffy that started it. */
async function orphan(name: string, deadlineMs: number): Promise<ProcessGroup> {
  const pid = file(name)
  await shop.site('check', `- raw: echo $$ > ${pid}; trap '' TERM; sleep 60; sleep 61`)
  const { group, die } = await another(shop.order({ step: 'check', deadlineMs }))
  await waitUntil(() => existsSync(pid) && readFileSync(pid, 'utf8').endsWith('\n'))
  await die()
  expect(lives(Number(readFileSync(pid, 'utf8')))).toBe(true)
  return group
}

test('nothing runs if Duffy dies before the group is on record', async () => {
  await shop.site('grant', `- raw: touch ${file('ran')}`)
  const { group, die } = await another(shop.order({ step: 'grant' }), 'hold')
  expect(lives(group.pgid)).toBe(true)
  await die()
  await waitUntil(() => !lives(group.pgid))
  await sleep(1000)
  expect(existsSync(file('ran'))).toBe(false)
  expect(session(group.pgid)).toEqual([])
})

test('a playbook left by a dead Duffy is killed by the next', async () => {
  const group = await orphan('left', 60_000)
  expect(await shop.ansible.killOrphan(group)).toBe('killed')
  expect(session(group.pgid)).toEqual([])
  expect(lives(Number(readFileSync(file('left'), 'utf8')))).toBe(false)
  expect(await shop.ansible.killOrphan(group)).toBe('gone')
})

test('a playbook left by a dead Duffy is killed also when its leader is gone', async () => {
  const group = await orphan('headless', 60_000)
  process.kill(group.pgid, 'SIGKILL')
  await waitUntil(() => !lives(group.pgid))
  expect(await shop.ansible.killOrphan(group)).toBe('killed')
  expect(session(group.pgid)).toEqual([])
  expect(lives(Number(readFileSync(file('headless'), 'utf8')))).toBe(false)
})

test('the deadline of a playbook holds without Duffy', async () => {
  const group = await orphan('overdue', 2000)
  await waitUntil(() => session(group.pgid).length === 0)
  expect(lives(Number(readFileSync(file('overdue'), 'utf8')))).toBe(false)
})

test('a stranger with the number of an old group is left alone', async () => {
  const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  const pgid = stranger.pid ?? 0
  await shop.site('revoke', '- set_fact: {duffy_out: {}}')
  const { groups } = await shop.run({ step: 'revoke' })
  const here = groups[0]
  if (here === undefined) throw new Error('the run had no group')
  expect(await shop.ansible.killOrphan({ ...here, pgid })).toBe('gone')
  expect(lives(pgid)).toBe(true)
  process.kill(pgid, 'SIGKILL')
})

test('a stranger whose own leader is gone is left alone', async () => {
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(createInterface(parent.stdout), 'line')
  const [pgid, left] = [parent.pid ?? 0, Number(line)]
  await waitUntil(() => !lives(pgid))
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
