import { expect, test } from 'vitest'
import { type BuildUrl, MINUTE } from '#core'
import type { Said } from '../../../adapters/jenkins/ask.ts'
import { Watch, type Bound, type Finding } from '../../../adapters/jenkins/watch.ts'

const url = (number: number): BuildUrl => `https://jenkins.example.org/job/ceph/${number}/` as BuildUrl

/** A watch over one Jenkins, with time and its answers in hand. */
class Scene {
  now = 0
  says: Said = { type: 'runs' }
  readonly asked: { readonly at: number; readonly build: BuildUrl }[] = []
  bound: readonly Bound[]
  readonly #watch: Watch

  constructor(builds: number, seen = true) {
    this.bound = Array.from({ length: builds }, (_, index) => ({ url: url(index + 1), seen }))
    const ask = async (build: BuildUrl): Promise<Said> => {
      this.asked.push({ at: this.now, build })
      return this.says
    }
    this.#watch = new Watch({ askEveryMs: MINUTE, lostAfterMs: 30 * MINUTE }, ask, () => {})
  }

  async pass(ms: number): Promise<Finding[]> {
    const found: Finding[] = []
    for (const end = this.now + ms; this.now < end; this.now += 1000)
      found.push(...(await this.#watch.round(this.bound, () => this.now)))
    return found
  }
}

test('a build is asked after at once, and then once a minute', async () => {
  const scene = new Scene(1)
  await scene.pass(5 * MINUTE)
  expect(scene.asked.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4].map((minute) => minute * MINUTE))
})

test('a Jenkins of many builds is asked four questions a second at most, and after every build in turn', async () => {
  const scene = new Scene(1000)
  await scene.pass(250_000)
  expect(scene.asked).toHaveLength(1000)
  expect(new Set(scene.asked.map(({ build }) => build)).size).toBe(1000)
})

test('that a build runs is told once, of one of which it was not known', async () => {
  const scene = new Scene(1, false)
  expect(await scene.pass(1000)).toEqual([{ type: 'runs', build: url(1) }])
  scene.bound = [{ url: url(1), seen: true }]
  expect(await scene.pass(3 * MINUTE)).toEqual([])
})

test('that a build is over is told', async () => {
  const scene = new Scene(1)
  scene.says = { type: 'over', end: 'buildAborted' }
  expect(await scene.pass(1000)).toEqual([{ type: 'ended', build: url(1), end: 'buildAborted' }])
})

test.each(['down', 'silent'] as const)('a Jenkins that is %s is asked ever less often', async (type) => {
  const scene = new Scene(1)
  scene.says = { type, why: 'x' }
  await scene.pass(20 * MINUTE)
  const pauses = scene.asked.slice(1).map(({ at }, index) => at - scene.asked[index]!.at)
  expect(pauses[0]).toBeGreaterThanOrEqual(MINUTE)
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
  expect(scene.asked.length).toBeLessThan(8)
})

test('a Jenkins that is down is asked no question for each of its builds', async () => {
  const scene = new Scene(100)
  scene.says = { type: 'down', why: 'x' }
  await scene.pass(20 * MINUTE)
  expect(scene.asked.length).toBeLessThan(8)
})

test.each(['down', 'silent'] as const)(
  'a build whose Jenkins is %s for half an hour is lost, and no sooner',
  async (type) => {
    const scene = new Scene(1)
    await scene.pass(10 * MINUTE)
    scene.says = { type, why: 'x' }
    expect(await scene.pass(29 * MINUTE)).toEqual([])
    const [first] = await scene.pass(10 * MINUTE)
    expect(first).toEqual({ type: 'ended', build: url(1), end: 'buildLost' })
  },
)

test('all builds of a Jenkins that is gone are lost together', async () => {
  const scene = new Scene(10)
  await scene.pass(10_000)
  scene.says = { type: 'down', why: 'x' }
  const found = await scene.pass(40 * MINUTE)
  expect(new Set(found.flatMap((one) => (one.type === 'ended' ? [one.build] : []))).size).toBe(10)
})

test('a build that was never seen to run is not lost: its Jenkins may be out of reach', async () => {
  const scene = new Scene(1, false)
  scene.says = { type: 'silent', why: 'x' }
  expect(await scene.pass(120 * MINUTE)).toEqual([])
})

test('silence that is broken counts from anew', async () => {
  const scene = new Scene(1)
  scene.says = { type: 'down', why: 'x' }
  await scene.pass(25 * MINUTE)
  scene.says = { type: 'runs' }
  await scene.pass(10 * MINUTE)
  scene.says = { type: 'down', why: 'x' }
  expect(await scene.pass(29 * MINUTE)).toEqual([])
})

test('a build that matters no more is forgotten', async () => {
  const scene = new Scene(1)
  await scene.pass(1000)
  scene.bound = []
  await scene.pass(10 * MINUTE)
  expect(scene.asked).toHaveLength(1)
})
