import type { Instant, MachineName } from '#core'
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { READ_ONLY, readManifest, type Claimed, type KeptSet } from './manifest.ts'

/** The list of what a set has, beside its files. */
export const INDEX = 'index.json'

/** Reasons that are kept, and counted beyond that. */
const MOST_LEFT = 100

/** What a set is to be, and how much of it at most. */
export interface Terms {
  readonly lease: string
  readonly tenant: string
  readonly machine: MachineName
  readonly at: Instant
  readonly until: Instant
  readonly mostFiles: number
  readonly mostBytes: number
}

/** Nobody waits for it any more. */
export class GivenUp extends Error {}

/**
 * Makes a set of what a playbook put into a folder, and moves it to its place, whole or not at all. Nothing that the playbook says is
 * believed: each file is looked at, and what is no plain file of the size that it is said to have is dropped.
 */
export async function takeIn(folder: string, place: string, terms: Terms, isGivenUp: () => boolean): Promise<KeptSet> {
  const { mostFiles, mostBytes, ...about } = terms
  const { files: claimed, left, more } = await readManifest(folder)
  const out = [...left]
  const files: KeptSet['files'] = []
  const taken = new Set<string>()
  let room = mostBytes
  for (const claim of claimed) {
    if (isGivenUp()) throw new GivenUp()
    const because = taken.has(claim.file)
      ? 'it was named twice'
      : files.length >= mostFiles
        ? `more than ${mostFiles} files`
        : await faultOf(join(folder, claim.file), claim, room)
    if (because !== null) {
      out.push({ path: claim.path, because })
      continue
    }
    taken.add(claim.file)
    room -= claim.bytes
    // To be known by its place in the list from here on.
    await rename(join(folder, claim.file), join(folder, `kept-${files.length + 1}`))
    files.push({ path: claim.path, bytes: claim.bytes })
  }
  await clear(folder, files.length)
  const set = { ...about, files, left: out.slice(0, MOST_LEFT), more: more + Math.max(0, out.length - MOST_LEFT) }
  await writeWhole(join(folder, INDEX), JSON.stringify(set))
  await sync(folder)
  if (isGivenUp()) throw new GivenUp()
  await rename(folder, place)
  await sync(join(place, '..'))
  return set
}

/** Why a file is not kept; null: it is, and is on the disk. */
const faultOf = async (path: string, { bytes }: Claimed, room: number): Promise<string | null> => {
  const file = await open(path, READ_ONLY).catch(() => null)
  if (file === null) return 'it did not arrive'
  try {
    const found = await file.stat()
    if (!found.isFile() || found.nlink !== 1) return 'it did not arrive as a file'
    if (found.size !== bytes) return 'it arrived with another size'
    if (bytes > room) return 'there is no room for it'
    await file.chmod(0o600)
    await file.sync()
    return null
  } finally {
    await file.close()
  }
}

const NAME = /^kept-([1-9]\d*)$/

/** Whatever else stands there goes. */
const clear = async (folder: string, files: number): Promise<void> => {
  for (const name of await readdir(folder)) {
    const number = Number(NAME.exec(name)?.[1] ?? 0)
    if (number < 1 || number > files) await rm(join(folder, name), { recursive: true, force: true })
  }
}

const writeWhole = async (path: string, text: string): Promise<void> => {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}

const sync = async (folder: string): Promise<void> => {
  await using handle: FileHandle = await open(folder, 'r')
  await handle.sync()
}

/** An empty folder for a playbook to fill. */
export const makeFolder = async (folder: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { mode: 0o700 })
}

export const fileOf = (place: string, number: number): string => join(place, `kept-${number}`)
