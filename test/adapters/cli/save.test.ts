import { describe, expect, test } from 'vitest'
import { placesFor } from '../../../adapters/cli/save.ts'

const at = (...paths: readonly string[]): string[] =>
  placesFor(
    '/to',
    paths.map((path, number) => ({ id: `N1-${number + 1}`, machine: 'n1' as never, path })),
  )

describe('a file is saved beneath the folder that was named', () => {
  test.each([
    ['/var/log/foo.log', '/to/n1/var/log/foo.log'],
    ['/../../etc/passwd', '/to/n1/__/__/etc/passwd'],
    ['/./.../x', '/to/n1/_/___/x'],
    ['//etc//shadow', '/to/n1/etc/shadow'],
    ['/a\\u{a}b\\x1b', '/to/n1/a_u_a_b_x1b'],
    ['/$(id);`id`|*', '/to/n1/__id___id___'],
    ['/', '/to/n1'],
    [`/${'x'.repeat(300)}`, `/to/n1/${'x'.repeat(200)}`],
  ])('%s', (path, place) => {
    expect(at(path)).toEqual([place])
  })

  test('and never where another of them is', () => {
    expect(at('/a?b', '/a*b', '/d', '/d/e')).toEqual(['/to/n1/a_b', '/to/n1/N1-2-a_b', '/to/n1/d', '/to/n1/N1-4-e'])
  })
})
