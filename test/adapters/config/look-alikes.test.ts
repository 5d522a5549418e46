import { expect, test } from 'vitest'
import type { Site } from '#core'
import { lookAlikes } from '../../../adapters/config/look-alikes.ts'

const site = (names: readonly string[]): Pick<Site, 'machines'> => ({
  machines: names.map((name) => ({ name })) as unknown as Site['machines'],
})
const told = { enabled: true, hostname: '{name}' }

test.each([
  [['n12', 'n1'], { part: 'n1', whole: 'n12' }],
  [['rack-n1', 'n1', 'n2'], { part: 'n1', whole: 'rack-n1' }],
  [['a-vm-1-b', 'vm-1'], { part: 'vm-1', whole: 'a-vm-1-b' }],
  [['n3', 'n33', 'n333'], { part: 'n3', whole: 'n33' }],
])('of the hosts %j one is taken for the other', (names, found) => {
  expect(lookAlikes(site(names), told)).toEqual(found)
})

test.each([[[]], [['n1']], [['n1', 'n2', 'n3']], [['n01', 'n12']], [['metal-1', 'vm-1']]])(
  'of the hosts %j none is taken for another',
  (names) => {
    expect(lookAlikes(site(names), told)).toBeNull()
  },
)

test('names that end alike are told apart, and addresses and closed doors are not looked at', () => {
  const both = site(['n1', 'n12'])
  expect(lookAlikes(both, { ...told, hostname: '{name}.ci.example.org' })).toBeNull()
  expect(lookAlikes(both, { ...told, hostname: 'ci-{name}' })).toEqual({ part: 'ci-n1', whole: 'ci-n12' })
  expect(lookAlikes(both, { ...told, hostname: '{address}' })).toBeNull()
  expect(lookAlikes(both, { ...told, enabled: false })).toBeNull()
})

test('a hundred thousand hosts are looked at in a moment', () => {
  const names = Array.from({ length: 100_000 }, (_, at) => `rack${at % 100}-host-${at}x`)
  expect(lookAlikes(site(names), told)).toBeNull()
})
