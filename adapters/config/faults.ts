import { nearest } from '#core'
import type { z } from 'zod'

/** Something wrong in a config. */
export interface Fault {
  /** Where: `pools.metal.ready`, or an environment variable's name. Empty: the file as a whole. */
  readonly path: string
  /** What to do about it. */
  readonly sentence: string
}

type Path = readonly PropertyKey[]

/** Collects everything that is wrong, so that it can be told at once. */
export class Faults {
  readonly list: Fault[] = []

  add(path: Path, sentence: string): void {
    this.list.push({ path: pathText(path), sentence })
  }

  /** The value as the schema makes it, or null when it is at fault. */
  read<S extends z.ZodType>(schema: S, value: unknown, path: Path): z.output<S> | null {
    const read = schema.safeParse(value)
    if (read.success) return read.data
    for (const issue of read.error.issues) {
      const at = [...path, ...issue.path]
      if (issue.code !== 'unrecognized_keys') this.add(at, issue.message)
      // The schema gives such an issue one line for each key.
      else
        for (const [n, sentence] of issue.message.split('\n').entries())
          this.add([...at, issue.keys[n] ?? ''], sentence)
    }
    return null
  }

  /** Each entry of a record by itself, so that a fault in one hides none in another. A faulty one is null, its name still known. */
  readEach<S extends z.ZodType>(
    schema: S,
    entries: Readonly<Record<string, unknown>>,
    path: Path,
  ): Map<string, z.output<S> | null> {
    return new Map(Object.entries(entries).map(([name, value]) => [name, this.read(schema, value, [...path, name])]))
  }
}

/** `; did you mean …?`, or the choices there are. */
export const instead = (asked: string, words: readonly string[]): string => {
  const near = nearest(asked, words)
  if (near !== null) return `; did you mean \`${near}\`?`
  return words.length === 0 ? '.' : `; there is ${listed(words)}.`
}

const SHOWN = 12
export const listed = (words: readonly string[]): string => {
  const shown = words.slice(0, SHOWN).map((word) => `\`${word}\``)
  return words.length > SHOWN ? `${shown.join(', ')} and ${words.length - SHOWN} more` : shown.join(', ')
}

/** `pools.metal.machines[0].name`. */
const pathText = (path: Path): string =>
  path.map((key, at) => (typeof key === 'number' ? `[${key}]` : (at === 0 ? '' : '.') + String(key))).join('')
