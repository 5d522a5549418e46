import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * The composition root with its parts, and the programs: they see every adapter. What the command line reads on its own machine, a
 * config for one, it reads as Duffy does.
 */
const ROOT = /^(?:adapters\/duffy(?:\.ts|\/[^/]+\.ts)|adapters\/cli\/read-[^/]+\.ts|bin\/[^/]+)$/
/** Programs are told the environment by the system; the composition root is handed it. */
const READS_ENVIRONMENT = /^bin\/[^/]+$/
/** The client is a program of its own, with an environment of its own. */
const CLIENT = /^adapters\/cli\//

/** Files that more than one adapter uses lie beside them: they are nobody's. */
const SHARED = /^adapters\/(?!(?:duffy|lane)\.ts$)[^/]+\.ts$/
/** The lane is written against the store's port, and against nothing else of it. */
const PORTS: Readonly<Record<string, string>> = { lane: 'adapters/store/port.ts' }

/** The one adapter that may import a package; others reach what it does through ports. */
const OWNERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:@mikro-orm\/|kysely$|better-sqlite3$)/, ['store']],
  [/^fastify$|^@fastify\//, ['http']],
  [/^irc-framework$/, ['irc']],
  [/^@slack\//, ['slack']],
  [/^node-cron$/, ['cron', 'config']],
  [/^nodemailer$/, ['mail']],
  [/^(?:execa|node:child_process)$/, ['ansible', 'cli']],
]

/** What a file gets from elsewhere: repository paths for relative names, the name itself otherwise. */
const imports = (file: string, text: string): string[] =>
  [...withoutComments(text).matchAll(/\b(?:from|import)\s*\(?\s*(['"`])([^'"`\s]+)\1/g)].map(([, , name = '']) =>
    name.startsWith('.') ? join(file, '..', name) : name,
  )
const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '')
/** `adapters/lane.ts` and all in `adapters/lane/` are one adapter. */
const adapterOf = (path: string): string | undefined => /^adapters\/([^/.]+)/.exec(path)?.[1]

/** What a file does that it must not, as sentences. */
const violations = (file: string, text: string): string[] => {
  const found = imports(file, text)
  if (file.startsWith('core/')) {
    return [
      ...found.filter((name) => !name.startsWith('core/')).map((name) => `core imports ${name}`),
      ...[...withoutComments(text).matchAll(IMPURE)].map(([word]) => `core uses ${word}`),
    ]
  }
  const inner = found.filter((name) => name.startsWith('core/')).map((name) => `enters core by ${name}, not by #core`)
  const mayRead = READS_ENVIRONMENT.test(file) || CLIENT.test(file)
  const reads = [...withoutComments(text).matchAll(/\bprocess\.env\b/g)].map(() => 'reads process.env')
  const environment = mayRead ? [] : reads
  const mine = adapterOf(file)
  const neighbours = found.filter((name) => name.startsWith('adapters/') && adapterOf(name) !== mine)
  const strangers = neighbours.filter((name) => !SHARED.test(name) && PORTS[mine ?? ''] !== name)
  const foreign = found.filter((name) =>
    OWNERS.some(([packages, owners]) => packages.test(name) && !owners.includes(mine ?? '')),
  )
  return [
    ...inner,
    ...environment,
    ...(ROOT.test(file) ? [] : strangers).map((name) => `imports its neighbour ${name}`),
    ...(ROOT.test(file) ? [] : foreign).map((name) => `imports ${name}, which is another adapter's`),
  ]
}
/** A clock, chance and the world: what would make two replicas decide differently. */
const IMPURE =
  /\bDate\b|\bMath\.random\b|\bprocess\.|\bperformance\.|\bsetTimeout\b|\bsetInterval\b|\bglobalThis\b|\bawait\b/g

const files = globSync(['core/**/*.ts', 'adapters/**/*.ts', 'bin/*.ts'])

describe('architecture', () => {
  test('every file keeps to its place', () => {
    const found = files.flatMap((file) => violations(file, readFileSync(file, 'utf8')).map((it) => `${file} ${it}`))
    expect(found).toEqual([])
  })

  test('there are files to look at', () => {
    expect(files.filter((file) => file.startsWith('core/')).length).toBeGreaterThan(10)
    expect(files.filter((file) => file.startsWith('adapters/')).length).toBeGreaterThan(10)
  })

  test.each([
    ['core/lease.ts', "import { readFile } from 'node:fs'", 'core imports node:fs'],
    ['core/lease.ts', "import { z } from 'zod'", 'core imports zod'],
    [
      'core/decide/get.ts',
      "import { store } from '../../adapters/store/store.ts'",
      'core imports adapters/store/store.ts',
    ],
    ['core/lease.ts', "export * from '../adapters/lane.ts'", 'core imports adapters/lane.ts'],
    ['core/lease.ts', 'const now = Date.now()', 'core uses Date'],
    ['core/lease.ts', 'const chance = Math.random()', 'core uses Math.random'],
    ['core/lease.ts', 'process.exit()', 'core uses process.'],
    ['adapters/http/server.ts', "import { spell } from '../../core/id.ts'", 'enters core by core/id.ts, not by #core'],
    ['adapters/duffy.ts', "import { spell } from '../core/id.ts'", 'enters core by core/id.ts, not by #core'],
    [
      'adapters/http/server.ts',
      "import { store } from '../store/index.ts'",
      'imports its neighbour adapters/store/index.ts',
    ],
    [
      'adapters/http/server.ts',
      "const it = await import('../irc/irc.ts')",
      'imports its neighbour adapters/irc/irc.ts',
    ],
    ['adapters/http/server.ts', "import { lane } from '../lane.ts'", 'imports its neighbour adapters/lane.ts'],
    ['adapters/lane.ts', "import { store } from './store/index.ts'", 'imports its neighbour adapters/store/index.ts'],
    ['adapters/http/server.ts', "import { sql } from 'kysely'", "imports kysely, which is another adapter's"],
    [
      'adapters/irc/irc.ts',
      "import { MikroORM } from '@mikro-orm/sqlite'",
      "imports @mikro-orm/sqlite, which is another adapter's",
    ],
    ['adapters/http/server.ts', 'const port = process.env.PORT', 'reads process.env'],
    ['adapters/duffy.ts', "const port = process.env['DUFFY_PORT']", 'reads process.env'],
    ['adapters/duffy/verify.ts', 'const port = process.env.PORT', 'reads process.env'],
    ['adapters/http/server.ts', "import { duffy } from '../duffy.ts'", 'imports its neighbour adapters/duffy.ts'],
  ])('%s with %j is found out', (file, planted, sentence) => {
    expect(violations(file, planted)).toEqual([sentence])
  })

  test.each([
    ['adapters/duffy.ts', "import { store } from './store/index.ts'"],
    ['bin/serve.ts', "import { duffy } from '../adapters/duffy.ts'\nduffy(process.env)"],
    ['adapters/cli/main.ts', 'const url = process.env.DUFFY_URL'],
    ['adapters/lane.ts', "import { queue } from './lane/queue.ts'"],
    ['adapters/lane/kept.ts', "import type { StoredAnswer } from '../store/port.ts'"],
    ['adapters/http/server.ts', "import { decide } from '#core'\nimport { page } from './page.ts'"],
    ['core/lease.ts', '/** Until when: a Date would not do. */ const at = 0 // Date.now()'],
  ])('%s with %j is in order', (file, text) => {
    expect(violations(file, text)).toEqual([])
  })
})
