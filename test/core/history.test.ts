import { describe, expect, test } from 'vitest'
import { evolve, Fleet, historyWatch, violations, type Event, type Instant } from '#core'
import { tenantOf, siteOf } from '../kit/site.ts'
import { World } from '../kit/world.ts'

const ALICE = 'irc:net:alice'

/** A life of one lease, as its log has it. */
const life = (): readonly { at: Instant; events: readonly Event[] }[] => {
  const world = new World(siteOf({ tenants: [tenantOf('alice', { quota: 1 })] }))
  const lease = world.lease(world.get(ALICE))
  world.work()
  world.done(ALICE, lease.id)
  world.work()
  return world.log
}

/** What is wrong with a log after somebody has had their hands on it. */
const wrongWith = (forge: (event: Event) => readonly Event[]): string[] => {
  const fleet = new Fleet()
  const watch = historyWatch()
  return life().flatMap(({ at, events }) =>
    events.flatMap(forge).flatMap((event) => {
      watch.before(fleet, event)
      evolve(fleet, event, at)
      return watch.after(fleet, event)
    }),
  )
}

describe('a history', () => {
  test('that was decided has nothing wrong with it', () => {
    expect(wrongWith((event) => [event])).toEqual([])
  })

  test('in which a machine was not cleaned between tenants is told of', () => {
    const wrong = wrongWith((event) =>
      event.type === 'runOwed' && event.run.step === 'recycle'
        ? []
        : event.type === 'runEnded' && event.run === recycleOf()
          ? []
          : [event],
    )
    expect(wrong).toEqual(['amd-1 was revoking and became ready without recycle'])
  })

  test('in which a quota was passed over is told of', () => {
    const wrong = wrongWith((event) => [event.type === 'tenantAdded' ? { ...event, quota: 0 } : event])
    expect(wrong).toHaveLength(1)
    expect(wrong[0]).toContain('over its quota of 0')
  })
})

/** The run that recycles in this life: the last that is owed. */
const recycleOf = (): string => {
  const owed = life().flatMap(({ events }) => events.filter((event) => event.type === 'runOwed'))
  return owed.findLast(({ run }) => run.step === 'recycle')!.run.id
}

test('a lease that nobody ended long after its time is a violation', () => {
  const world = new World()
  world.get(ALICE)
  world.work()
  expect(violations(world.fleet, world.at)).toEqual([])
  expect(violations(world.fleet, (world.at + 3 * 3_600_000) as Instant)).toHaveLength(1)
})
