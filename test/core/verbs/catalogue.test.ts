import { readLine, verbNamed, VERBS } from '#core'
import { describe, expect, test } from 'vitest'

const PORTS = { fingerprint: () => 'x'.repeat(43), address: null, at: Date.UTC(2026, 10, 27, 10, 30) }
const names = VERBS.flatMap(({ name, aliases }) => [name, ...aliases])

describe('the catalogue', () => {
  test('no two verbs share a name or alias', () => {
    expect(new Set(names).size).toBe(names.length)
  })

  test.each(VERBS.flatMap((verb) => verb.examples.map((example) => [example, verb] as const)))(
    'the example "%s" is read as its verb',
    (example, verb) => {
      const read = readLine(example.replace('AAAA… you@host', ED25519), PORTS)
      expect(read).toMatchObject({ type: 'ask', verb: { name: verb.name }, ask: { type: verb.type } })
    },
  )

  test.each(VERBS.map((verb) => [verb.name, verb] as const))(
    '%s: no two arguments share a name, option or word',
    (_, verb) => {
      const words = verb.arguments.flatMap(({ name, option, after }) => [
        ...new Set([name, option ?? name, ...(after ?? [])]),
      ])
      expect(new Set(words).size).toBe(words.length)
    },
  )

  test('aliases lead to their verb, in any case', () => {
    expect(verbNamed('Release')?.name).toBe('done')
    expect(verbNamed('renew')?.name).toBe('extend')
    expect(verbNamed('LS')?.name).toBe('list')
  })
})

const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH'
