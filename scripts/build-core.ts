/**
 * `npm run build:core`: core as JavaScript with declarations, in `dist/core`. The folder is a package of its own, `duffy-core`, so that who
 * installs it gets no server, no database and no Node along; `duffy/core` of the whole package is the same files.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const built = join(root, 'dist/core')
rmSync(built, { recursive: true, force: true })
const { status } = spawnSync('tsc', ['-p', join(root, 'core/tsconfig.build.json')], { stdio: 'inherit' })
if (status !== 0) process.exit(1)

const { version, license, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly license: string
  readonly dependencies: { readonly node: string }
}
const manifest = {
  name: 'duffy-core',
  version,
  description: 'Decides who gets which machine, and keeps the record: the core of Duffy, without a world around it',
  license,
  type: 'module',
  sideEffects: false,
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
  engines: { node: `>=${dependencies.node.split('.')[0]}` },
}
writeFileSync(join(built, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
copyFileSync(join(root, 'docs/core.md'), join(built, 'README.md'))
copyFileSync(join(root, 'LICENSE'), join(built, 'LICENSE'))
