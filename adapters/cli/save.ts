import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ArtifactView } from '#core'
import { answerOf, type Answer, type Api } from './api.ts'
import { EXIT, Stop } from './world.ts'

/** Longest part of a path that is made here. */
const LONGEST_PART = 200

/**
 * Where files go: `FOLDER/<machine>/<path>`. The path is what somebody called a file on a machine of theirs, so nothing of it is taken but
 * letters, digits and a few signs, and it leads nowhere but down.
 */
export const placesFor = (
  folder: string,
  files: readonly Pick<ArtifactView, 'id' | 'machine' | 'path'>[],
): string[] => {
  const taken = new Set<string>()
  return files.map(({ id, machine, path }) => {
    const parts = [machine, ...path.split('/')].filter((part) => part !== '').map(plainPart)
    const place = join(folder, ...parts)
    const own = [...taken].some((one) => one === place || one.startsWith(`${place}/`) || place.startsWith(`${one}/`))
      ? join(folder, plainPart(machine), `${id}-${parts.at(-1)}`)
      : place
    taken.add(own)
    return own
  })
}

const plainPart = (part: string): string => {
  const plain = part.replaceAll(/[^\w.+=@, ~-]/g, '_').slice(0, LONGEST_PART)
  return /^[. ]*$/.test(plain) ? plain.replaceAll(/[. ]/g, '_') || '_' : plain
}

/** Writes an answer's bytes to a new file: to that place, or into that folder under the name that came along. */
export const save = async (
  api: Api,
  response: IncomingMessage,
  where: { readonly place: string } | { readonly folder: string },
): Promise<{ readonly file: string } | { readonly problem: Answer }> => {
  if (response.statusCode !== 200) return { problem: await answerOf(api.url, response) }
  const file =
    'place' in where ? where.place : join(where.folder, nameIn(response.headers['content-disposition'] ?? ''))
  await mkdir(dirname(file), { recursive: true })
  const whole = Number(response.headers['content-length'])
  const written = createWriteStream(file, { flags: 'wx', mode: 0o644 })
  try {
    await pipeline(response, written)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw new Stop(EXIT.misread, `${file} is there already; name another folder with --to`, cause)
    await rm(file, { force: true })
    throw new Stop(EXIT.fault, `${file} could not be saved (${code ?? String(cause)})`, cause)
  }
  if (written.bytesWritten === whole) return { file }
  await rm(file, { force: true })
  throw new Stop(EXIT.fault, `${file} was cut off after ${written.bytesWritten} of ${whole} bytes`)
}

const nameIn = (disposition: string): string => plainPart(/filename="([^"]*)"/.exec(disposition)?.[1] ?? 'artifact')
