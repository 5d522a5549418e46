import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const NODE = join(ROOT, 'node_modules/.bin/node')
const PAGE = readFileSync(join(ROOT, 'docs/core.md'), 'utf8')

/** Runs a program of the project, and gives what it printed. */
const run = (cwd: string, file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`, NO_COLOR: '1' },
  })

/** The block of this language in the page. */
const block = (language: string): string => new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(PAGE)![1]!

describe('core, packed and installed in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duffy-core-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  beforeAll(() => {
    run(ROOT, 'npm', 'run', '--silent', 'build:core')
    const tarball = run(ROOT, 'npm', 'pack', '--silent', '--pack-destination', folder, './dist/core').trim()
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
    run(folder, 'npm', 'install', '--offline', '--no-audit', '--no-fund', join(folder, tarball))
    writeFileSync(join(folder, 'example.ts'), block('ts'))
  })

  test('brings nothing else along', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(installed).toEqual(['duffy-core'])
  })

  test('allocates, releases and audits, as its page shows', () => {
    expect(run(folder, NODE, 'example.ts')).toBe(block('text'))
  })

  test('is typed such that the example compiles under the strictest rules, its own declarations looked into', () => {
    expect(compile(block('ts'))).toBe('')
  }, 360_000)

  test('does not compile with a command that there is not', () => {
    expect(compile(block('ts').replace("do: 'configure'", "do: 'configured'"))).toContain(`'"configured"'`)
  }, 360_000)

  /** What the compiler has to say of a program in this folder. */
  const compile = (text: string): string => {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      module: 'nodenext',
      target: 'esnext',
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
    }
    writeFileSync(join(folder, 'compiled.ts'), text)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['compiled.ts'] }))
    return spawnSync(join(ROOT, 'node_modules/.bin/tsc'), { cwd: folder, encoding: 'utf8' }).stdout
  }
})

describe('the whole package', () => {
  test('offers the same as duffy/core', () => {
    const script = "import * as core from 'duffy/core'; console.log(typeof core.decide, new core.Fleet().machines.size)"
    expect(run(ROOT, NODE, '--input-type=module', '--eval', script)).toBe('function 0\n')
  })

  test('carries the built core in its tarball, with declarations', () => {
    const listing = run(ROOT, 'npm', 'pack', '--dry-run', '--json', '--ignore-scripts')
    const [{ files }] = JSON.parse(listing) as [{ files: { path: string }[] }]
    const paths = files.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['dist/core/index.js', 'dist/core/index.d.ts', 'core/index.ts']))
  })
})
