import { expect, test } from 'vitest'
import { refusalDesk } from '../../../adapters/duffy/refusal-desk.ts'

const of = (tenant: string, ref: string, at = 0) => ({ tenant, ref, at }) as never
const names = (desk: ReturnType<typeof refusalDesk>, ...refs: string[]): string[] =>
  refs.filter((ref) => desk.named(ref).length > 0)

test('a tenant that asks much in vain pushes out its own refusals alone', () => {
  const desk = refusalDesk(() => 0, { ms: 10, perTenant: 2, most: 10 })
  desk.keep([of('bob', 'b1'), of('alice', 'a1'), of('alice', 'a2'), of('alice', 'a3'), of('alice', 'a4')])
  expect(names(desk, 'b1', 'a1', 'a2', 'a3', 'a4')).toEqual(['b1', 'a3', 'a4'])
})

test('where all together are too many, whoever has the most loses the oldest', () => {
  const desk = refusalDesk(() => 0, { ms: 10, perTenant: 3, most: 4 })
  desk.keep([of('bob', 'b1'), of('alice', 'a1'), of('alice', 'a2'), of('alice', 'a3')])
  desk.keep([of('eve', 'e1'), of('dan', 'd1')])
  expect(names(desk, 'b1', 'a1', 'a2', 'a3', 'e1', 'd1')).toEqual(['b1', 'a3', 'e1', 'd1'])
})

test('a refusal is forgotten when its time is over', () => {
  let now = 0
  const desk = refusalDesk(() => now, { ms: 10, perTenant: 2, most: 10 })
  desk.keep([of('alice', 'a1')])
  now = 10
  expect(names(desk, 'a1')).toEqual(['a1'])
  now = 11
  expect(names(desk, 'a1')).toEqual([])
})

test('the same reference of two tenants is two refusals', () => {
  const desk = refusalDesk(() => 0)
  desk.keep([of('alice', 'x'), of('bob', 'x')])
  expect(desk.named('x')).toHaveLength(2)
})

test('doors whose callers cannot ask are not explained to', () => {
  const desk = refusalDesk(() => 0)
  expect(['http', 'irc:libera', 'slack', 'v3', 'legacy'].filter((door) => desk.explains(door))).toEqual([
    'http',
    'irc:libera',
    'slack',
  ])
})
