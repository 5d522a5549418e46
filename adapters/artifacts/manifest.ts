import type { MachineName } from '#core'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What a playbook says that it put into its folder: one object a line, written as each file is whole. */
const MANIFEST = 'manifest'

/** A manifest longer than this is not read to its end. */
const MANIFEST_BYTES = 8 * 2 ** 20
const LONGEST_LINE = 20_000
/** Characters of a name as it is kept. */
const LONGEST_NAME = 2000
const LONGEST_REASON = 200

const lineSchema = z.union([
  z.object({ file: z.string().regex(/^[1-9]\d{0,6}$/), path: z.string(), bytes: z.int().min(0) }),
  z.object({ left: z.string(), because: z.string() }),
  z.object({ more: z.int().min(0) }),
])

/** A file that a playbook says it put there. */
export interface Claimed {
  readonly file: string
  readonly path: string
  readonly bytes: number
}

export interface Manifest {
  readonly files: readonly Claimed[]
  readonly left: readonly { readonly path: string; readonly because: string }[]
  /** Left out beside those. */
  readonly more: number
}

/** Reads what is there of it: a playbook that was killed wrote no more. */
export async function readManifest(folder: string): Promise<Manifest> {
  const files: Claimed[] = []
  const left: { path: string; because: string }[] = []
  let more = 0
  for (const line of (await textOf(join(folder, MANIFEST))).split('\n')) {
    const read = line === '' || line.length > LONGEST_LINE ? null : readLine(line)
    if (read === null) continue
    if ('more' in read) more = read.more
    else if ('left' in read) left.push({ path: shown(read.left), because: shown(read.because, LONGEST_REASON) })
    else files.push({ ...read, path: shown(read.path) })
  }
  return { files, left, more }
}

const readLine = (line: string): z.output<typeof lineSchema> | null => {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** Whatever stands there instead of a file is not opened, or not waited for. */
const textOf = async (path: string): Promise<string> => {
  await using file = await open(path, READ_ONLY).catch(() => null)
  if (file === null || !(await file.stat()).isFile()) return ''
  const bytes = Buffer.alloc(Math.min((await file.stat()).size, MANIFEST_BYTES))
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
  return bytes.subarray(0, bytesRead).toString('utf8')
}
export const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Text that others chose, so that it is one line and nothing in it does anything where it is shown. */
export const shown = (text: string, longest = LONGEST_NAME): string => {
  const plain = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`)
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain
}

/** What is kept beside the files of a set, as it is written. */
const setSchema = z.object({
  lease: z.string(),
  tenant: z.string(),
  machine: z.string().transform((name) => name as MachineName),
  at: z.int(),
  until: z.int(),
  files: z.array(z.object({ path: z.string(), bytes: z.int().min(0) })),
  left: z.array(z.object({ path: z.string(), because: z.string() })),
  more: z.int().min(0),
})
export type KeptSet = z.output<typeof setSchema>

export const readSet = (text: string): KeptSet | null => {
  try {
    return setSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
