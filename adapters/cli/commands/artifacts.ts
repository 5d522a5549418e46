import { readDuration, sizeSaid, unspell, type ArtifactsAnswer, type ArtifactView } from '#core'
import { setTimeout as pause } from 'node:timers/promises'
import { ask, tell, tellProblem, type Call } from '../call.ts'
import { placesFor, save } from '../save.ts'
import { table } from '../table.ts'
import { expectOnly, optionOf } from '../words.ts'
import { EXIT, Stop, type Exit } from '../world.ts'
import type { Command } from './command.ts'

export const artifacts: Command = {
  name: 'artifacts',
  usage: 'duffy artifacts <lease> [--wait 5m]\nduffy artifacts get <lease or artifact>… [--to FOLDER] [--wait 5m]',
  summary: 'what was collected from the machines of a lease; "get" saves it',
  more: '--wait 5m    until nothing more is being collected, or so long\n--to FOLDER  where to save; what is there already is never written over',
  async run(call) {
    const { options, operands } = call.words
    const [, first, ...rest] = operands
    if (first === undefined || (first === 'get' ? rest.length === 0 : rest.length > 0))
      throw new Stop(EXIT.misread, `it is used like: ${artifacts.usage.replace('\n', '; or: ')}`)
    expectOnly(options, first === 'get' ? ['to', 'wait'] : ['wait'])
    const end = performance.now() + waitOf(options.find(({ name }) => name === 'wait')?.value)
    return first === 'get' ? saveAll(call, rest, end) : list(call, first, end)
  },
}

const waitOf = (given: string | true | undefined): number => {
  const read = given === undefined ? 0 : given === true ? null : readDuration(given, Number.MAX_SAFE_INTEGER)
  if (typeof read === 'number') return read
  throw new Stop(EXIT.misread, '--wait takes a length of time: --wait 5m')
}

/** Between two looks at a collection that goes on. */
const LOOK_MS = 500

const found = async (call: Call, lease: string, end: number): ReturnType<typeof ask> => {
  for (;;) {
    const asked = await ask(call, { path: `/api/v2/leases/${encodeURIComponent(lease)}/artifacts` })
    if (!asked.ok || answerIn(asked.answer.body).collecting.length === 0 || performance.now() >= end) return asked
    await pause(Math.min(LOOK_MS, Math.max(0, end - performance.now())))
  }
}

const answerIn = (body: unknown): ArtifactsAnswer & { readonly detail: string } =>
  body as ArtifactsAnswer & { readonly detail: string }

const list = async (call: Call, lease: string, end: number): Promise<Exit> => {
  const asked = await found(call, lease, end)
  return asked.ok ? tell(call, asked.answer, (body) => listed(answerIn(body))) : asked.exit
}

const listed = ({
  artifacts: files,
  leftOut,
  leftOutMore,
  failed,
  collecting,
  detail,
}: ReturnType<typeof answerIn>): string => {
  const rows = files.map(({ id, machine, path, bytes, keptUntil }) => [id, machine, sizeSaid(bytes), keptUntil, path])
  const more = leftOutMore === 0 ? [] : [`and ${leftOutMore} more left out`]
  return [
    ...(rows.length === 0 ? [detail] : [table(['artifact', 'machine', 'size', 'kept until', 'path'], rows)]),
    ...leftOut.map(({ machine, path, because }) => `left out: ${path} of ${machine}: ${because}`),
    ...more,
    ...failed.map(({ machine, run, because }) => `nothing more from ${machine}: ${because} (duffy log ${run})`),
    ...(rows.length > 0 && collecting.length > 0 ? [`still being collected from: ${collecting.join(', ')}`] : []),
  ].join('\n')
}

const isLease = (id: string): boolean => /^l/i.test(id) && unspell(id.toUpperCase()) !== null

/** What is to be saved: its address here, and where it goes. */
interface Wanted {
  readonly id: string
  readonly place: string | null
}

const saveAll = async (call: Call, names: readonly string[], end: number): Promise<Exit> => {
  const folder = optionOf(call.words.options, 'to') ?? '.'
  const wanted: Wanted[] = []
  for (const name of names) {
    if (!isLease(name)) {
      wanted.push({ id: name, place: null })
      continue
    }
    const asked = await found(call, name, end)
    if (!asked.ok) return asked.exit
    const { artifacts: files, detail } = answerIn(asked.answer.body)
    if (files.length === 0) call.world.err(detail)
    wanted.push(...namedIn(folder, files))
  }
  const saved: { id: string; file: string }[] = []
  for (const { id, place } of wanted) {
    const response = await call.api.open({ path: `/api/v2/artifacts/${encodeURIComponent(id)}` })
    const done = await save(call.api, response, place === null ? { folder } : { place })
    if ('problem' in done) return tellProblem(call, done.problem)
    saved.push({ id, file: done.file })
    if (!call.words.json) call.world.out(done.file)
  }
  if (call.words.json) call.world.out(JSON.stringify({ saved }))
  return saved.length > 0 ? EXIT.done : EXIT.refused
}

const namedIn = (folder: string, files: readonly ArtifactView[]): Wanted[] => {
  const places = placesFor(folder, files)
  return files.map(({ id }, at) => ({ id, place: places[at]! }))
}
