import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keyPair } from '../kit/ansible.ts'
import { runDuffy } from '../kit/duffy.ts'
import { testSeed } from '../kit/random.ts'
import { scratch } from '../kit/scratch.ts'
import { killAgainAndAgain } from './kills.ts'

test('20 random kills under load lose nothing that was answered, and every machine comes back by itself', async () => {
  const keys = mkdtempSync(join(scratch(), 'duffy-keys-'))
  const { line } = keyPair(keys)
  await using duffy = await runDuffy()
  const toll = await killAgainAndAgain(duffy, { kills: 20, key: line, seed: testSeed })
  rmSync(keys, { recursive: true })
  expect(toll).toMatchObject({ kills: 20, lost: [], faults: [] })
  expect(toll.acknowledged).toBeGreaterThan(20)
  expect(toll.duringRuns).toBeGreaterThan(5)
}, 900_000)
