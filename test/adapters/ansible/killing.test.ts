import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { carrying, lives, longEnough, session, workshop } from '../../kit/ansible.ts'
import { until } from '../../kit/until.ts'

const shop = workshop()
afterAll(() => shop[Symbol.asyncDispose]())

const file = (name: string): string => join(shop.dir, name)
const pidIn = (name: string): number => Number(readFileSync(file(name), 'utf8'))
const written = (name: string): boolean => existsSync(file(name)) && readFileSync(file(name), 'utf8').endsWith('\n')

/** A task that ignores TERM and forks twice, each process leaving its id; \`apart\` starts the grandchild, say in a session of its own. */
function stubborn(name: string, apart = ''): string {
  const script = file(`${name}.sh`)
  writeFileSync(
    script,
    `trap '' TERM
     ( trap '' TERM; ${apart} sh -c "trap '' TERM; echo \\$\\$ > ${file(name)}.far; sleep 60; sleep 61" & ) &
     echo $$ > ${file(name)}.near
     sleep 60; sleep 61`,
  )
  return `- raw: sh ${script}`
}

const runAndAbort = async (name: string, apart?: string) => {
  const abort = new AbortController()
  await shop.site('check', stubborn(name, apart))
  const watched = shop.run({ step: 'check' }, { signal: abort.signal })
  await until(() => written(`${name}.far`) && written(`${name}.near`))
  const [near, far] = [pidIn(`${name}.near`), pidIn(`${name}.far`)]
  expect([lives(near), lives(far)]).toEqual([true, true])
  abort.abort()
  const { result } = await watched
  return { result, left: [near, far].filter(lives) }
}

test('an aborted run is stopped, with all that ignores TERM and forked away', async () => {
  const { result, left } = await runAndAbort('plain')
  expect(left).toEqual([])
  expect(result).toEqual({ outcome: 'stopped', message: 'was stopped during "raw"' })
})

test('an aborted run takes along what moved to a session of its own', async () => {
  const { result, left } = await runAndAbort('apart', 'setsid')
  expect(left).toEqual([])
  expect(result.outcome).toBe('stopped')
})

test('an aborted run takes along what cleared its environment', async () => {
  const { result, left } = await runAndAbort('bare', 'env -i')
  expect(left).toEqual([])
  expect(result.outcome).toBe('stopped')
})

test('a run past its deadline is killed, with all that ignores TERM and forked away', async () => {
  await shop.site('grant', stubborn('late', 'setsid'))
  const { result, groups } = await longEnough(1500, async (deadlineMs) => {
    for (const name of ['late.near', 'late.far']) rmSync(file(name), { force: true })
    const watched = await shop.run({ step: 'grant', deadlineMs })
    return written('late.near') && written('late.far') ? watched : null
  })
  expect(result).toEqual({ outcome: 'deadline', message: 'took too long, and was killed during "raw"' })
  expect([pidIn('late.near'), pidIn('late.far')].filter(lives)).toEqual([])
  expect(session(groups[0]?.pgid ?? 0)).toEqual([])
})

test('a run past its deadline takes along those that it was just starting, each apart from it', async () => {
  writeFileSync(
    file('busy.sh'),
    `trap '' TERM
     while :; do setsid sh -c 'echo $$ >> ${file('started')}; exec sleep 60' & sleep 0.01; done`,
  )
  await shop.site('grant', `- raw: sh ${file('busy.sh')}`)
  const { result } = await longEnough(2000, async (deadlineMs) => {
    const watched = await shop.run({ step: 'grant', deadlineMs })
    return written('started') ? watched : null
  })
  expect(result.outcome).toBe('deadline')
  expect(readFileSync(file('started'), 'utf8').trim().split('\n').map(Number).filter(lives)).toEqual([])
})

test('a run that ends well leaves no process behind', async () => {
  await shop.site(
    'recycle',
    `- raw: (trap '' TERM; sh -c 'echo $$ > ${file('stray')}; sleep 60; sleep 61') >/dev/null 2>&1 &\n- wait_for: {path: "${file('stray')}", sleep: 1}\n- set_fact: {duffy_out: {}}`,
  )
  const { result } = await shop.run({ step: 'recycle' })
  expect(result).toEqual({ outcome: 'ok', report: {} })
  expect(lives(pidIn('stray'))).toBe(false)
})

test('a run aborted before it begins does nothing', async () => {
  await shop.site('revoke', `- raw: touch ${file('began')}`)
  const abort = new AbortController()
  const { result } = await shop.run(
    { step: 'revoke' },
    {
      signal: abort.signal,
      async onGroup() {
        abort.abort()
      },
    },
  )
  expect(result).toEqual({ outcome: 'stopped', message: 'was stopped before its first task' })
  expect(existsSync(file('began'))).toBe(false)
})

test('nothing runs, and the fault is thrown, if the group cannot be recorded', async () => {
  await shop.site('rebuild', `- raw: touch ${file('unrecorded')}`)
  let pgid = 0
  const run = shop.run(
    { step: 'rebuild' },
    {
      async onGroup(group) {
        pgid = group.pgid
        throw new Error('the disk is full')
      },
    },
  )
  await expect(run).rejects.toThrow('the disk is full')
  expect(existsSync(file('unrecorded'))).toBe(false)
  expect(lives(pgid)).toBe(false)
})

test('a run whose progress nobody can take is killed, and the fault is thrown', async () => {
  const onProgress = (): void => {
    throw new Error('the reader is broken')
  }
  await shop.site('rebuild', stubborn('unread'))
  await expect(shop.run({ step: 'rebuild' }, { onProgress })).rejects.toThrow('the reader is broken')
  expect(carrying(`DUFFY_VARS=${shop.dir}`)).toEqual([])
})

test('a playbook that was halted is killed at its deadline', async () => {
  await shop.site(
    'collect',
    `- raw: echo > ${file('halted')}; kill -STOP $(cut -d' ' -f4 /proc/$PPID/stat)\n- pause: {seconds: 30}`,
  )
  const { result } = await longEnough(1500, async (deadlineMs) => {
    const watched = await shop.run({ step: 'collect', deadlineMs })
    return written('halted') ? watched : null
  })
  expect(result.outcome).toBe('deadline')
})

test('of all these runs no process is left', () => {
  expect(carrying(`DUFFY_VARS=${shop.dir}`)).toEqual([])
})
