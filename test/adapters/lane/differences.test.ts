import { Fleet, type Counter } from '#core'
import { expect, test } from 'vitest'
import { differences } from '../../../adapters/lane/differences.ts'

test.each(['lease', 'link', 'granted vm'] satisfies Counter[])('the last number given of %s is compared', (counter) => {
  const [left, right] = [new Fleet(), new Fleet()]
  left.counters.put(counter, 7)
  expect(differences(left, right)).toEqual([`counter ${counter} is only in the first: 7`])
  right.counters.put(counter, 7)
  expect(differences(left, right)).toEqual([])
})
