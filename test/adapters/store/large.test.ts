import { expect, test } from 'vitest'
import { differences } from '../../../adapters/lane/differences.ts'
import { get, openLane, person, setUp, siteWith, temporaryStore } from '../../kit/store.ts'

test('a fleet of 100,000 machines comes back as it was', { timeout: 540_000 }, async ({ annotate }) => {
  await using temporary = await temporaryStore()
  const { store } = temporary
  const lane = await openLane(store)
  await setUp(lane, siteWith(100_000))
  await Promise.all(Array.from({ length: 100 }, (_, n) => lane.ask(person(`p${n}`, get({ count: 10 })))))
  const began = performance.now()
  const { fleet } = await store.load()
  const took = performance.now() - began
  expect(differences(lane.fleet, fleet)).toEqual([])
  await annotate(`loaded in ${took.toFixed(0)} ms`)
  process.stdout.write(`100,000 machines loaded in ${took.toFixed(0)} ms\n`)
})
