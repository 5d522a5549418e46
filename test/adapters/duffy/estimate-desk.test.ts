import { expect, test } from 'vitest'
import { answer, estimatesAt, type GetCommand, type Identity } from '#core'
import { estimateDesk, type EstimateDesk } from '../../../adapters/duffy/estimate-desk.ts'
import { PLAIN_GET, World } from '../../kit/world.ts'

const BOB = 'irc:net:bob' as Identity

/** Eight machines that are somebody's, each a lease of its own. */
const crowded = (): World => {
  const world = new World()
  for (let lease = 0; lease < 8; lease += 1) world.get('irc:net:alice', { platform: 'any' })
  world.work()
  return world
}

/** When somebody would be served who asked for so many. */
const tried = ({ fleet, at }: World, desk: EstimateDesk, get: Partial<GetCommand> = {}) => {
  const command = { ...PLAIN_GET, platform: 'any', ...get } as const
  const said = answer(fleet, { by: BOB, at }, { ask: 'preview', command }, undefined, desk.at(fleet, at))
  if (said.type !== 'wouldWait') throw new Error(`it is ${said.type}`)
  return said.estimate
}

test('what somebody who only tries is told is told to nobody else, and is not put on record', () => {
  const world = crowded()
  const desk = estimateDesk(() => 0)
  expect(tried(world, desk)).not.toBeNull()
  expect(desk.takeGiven()).toEqual([])

  world.get(BOB, { platform: 'any', count: 8 })
  const [request] = [...world.fleet.requests.values()]
  const { fleet, at } = world
  const anew = estimatesAt(fleet, at)([request!]).get(request!.id)
  expect(desk.at(fleet, at)([request!]).get(request!.id)).toEqual(anew)
  expect(desk.takeGiven()).toEqual([{ request: request!.id, estimate: anew }])
})

test('whoever only tries is told no time where estimates have taken too much of it already', () => {
  const world = crowded()
  let now = 0
  const desk = estimateDesk(() => (now += 1_000))
  expect(tried(world, desk)).not.toBeNull()
  expect(tried(world, desk)).toBeNull()
})
