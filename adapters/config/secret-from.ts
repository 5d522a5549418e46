import type { Environment } from './environment.ts'
import type { Faults } from './faults.ts'
import type { Files } from './files.ts'
import { Secret } from './secret.ts'

interface Around {
  readonly environment: Environment
  readonly files: Files
  readonly faults: Faults
}

/** The secret that a config names, or null if it names none, or if there is none where it says; that is then a fault. */
export async function secretFrom(
  named: { readonly env: string } | { readonly file: string } | undefined,
  path: readonly string[],
  { environment, files, faults }: Around,
): Promise<Secret | null> {
  if (named === undefined) return null
  if ('file' in named) {
    const text = await files.read(files.besideConfig(named.file), [...path, 'file'])
    return text === null ? null : new Secret(text.replace(/\r?\n$/, ''))
  }
  const text = environment[named.env]
  if (text !== undefined && text !== '') return new Secret(text)
  const what = path.at(-1) === 'password' ? 'password' : 'secret'
  faults.add([...path, 'env'], `The environment variable \`${named.env}\` is not set; set it to the ${what}.`)
  return null
}
