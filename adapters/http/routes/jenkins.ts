import { buildEndOf, DUFFY, readBuildUrl, verbNamed, type BuildUrl } from '#core'
import { z } from 'zod'
import type { Caller } from '../api-key.ts'
import { bodyOf } from '../fields.ts'
import { isJenkins } from '../jenkins-key.ts'
import { outcomeAnswer } from '../outcome.ts'
import { perform, unknownBuild, WAITING } from '../perform.ts'
import { misread, problem } from '../problem.ts'
import { issuesOf } from '../query.ts'
import { ok, type Answer, type Call, type KeyedRoute } from '../route.ts'
import { GOTTEN } from '../shapes.ts'

/** Commands from here are told apart from those of the native API. */
const DOOR = 'jenkins'
const GET = verbNamed('get')!

const NAME = z
  .string()
  .max(100)
  .regex(/^[\x21-\x7e]+$/)
  .describe('tells several requests of one build apart; the type or pool unless said')

/** What a build asks for: the fields of `get`, of which `build` must be there. */
const REQUEST_BODY = z.strictObject({
  ...(bodyOf(GET) as unknown as z.ZodObject<Record<string, z.ZodType>>).shape,
  name: NAME.optional(),
})

/** What the Notification plugin sends by itself, as far as it matters here. */
const NOTICE = z.object({
  build: z.object({
    full_url: z.string().max(2000),
    phase: z.string().max(50),
    status: z.string().max(50).nullish(),
  }),
})

export const jenkins: readonly KeyedRoute[] = [
  {
    method: 'POST',
    path: '/webhooks/jenkins',
    who: 'member',
    token: true,
    summary:
      'machines for a build, as POST /api/v2/requests with its BUILD_URL as "build"; the same again for a build and "name" gets the same lease. ' +
      'Or a notice of the Notification plugin: at COMPLETED or FINALIZED the machines of the build come back. "?token=" is the secret of a Jenkins, instead of an API key',
    query: WAITING.extend({ token: z.string().max(500).optional().describe('the secret of a Jenkins') }),
    body: {
      shape: REQUEST_BODY,
      example: { type: 'metal', build: 'https://jenkins.example.org/job/ceph/41/', for: '4h' },
    },
    gives: { 200: GOTTEN, 201: GOTTEN, 202: GOTTEN },
    answer(call, caller) {
      const { token: _, ...query } = call.query
      const body = (call.body ?? {}) as { readonly build?: unknown }
      const told = { ...call, query }
      return typeof body.build === 'object' && body.build !== null ? heed(told, caller) : request(told, caller)
    },
  },
]

/** Machines for a build. Whoever asks again, since a build or its Jenkins was interrupted, meets what it asked for before. */
const request = async (call: Call, caller: Caller): Promise<Answer> => {
  const { name = null, ...fields } = (call.body ?? {}) as Record<string, unknown>
  if (name !== null && !NAME.safeParse(name).success)
    return misread('"name" is to be 1 to 100 visible characters; it tells several requests of one build apart.')
  const build = typeof fields['build'] === 'string' ? readBuildUrl(fields['build']) : null
  if (build === null)
    return misread(
      'Say for which build: "build" is to be its BUILD_URL, such as "https://jenkins.example.org/job/ceph/41/". Without a build, use POST /api/v2/requests.',
    )
  const no = foreign(call, caller, build)
  if (no !== null) return no
  const named = typeof name === 'string' ? name : String(fields['type'])
  const id = `${build}#${named}`
  const answer = await perform(call, caller, GET, fields, { door: DOOR, id })
  return isReused(answer) ? nameUsed(id, named) : answer
}

const isReused = ({ body }: Answer): boolean =>
  (body as { readonly refusal?: unknown } | null)?.refusal === 'idUsedBefore'

/** What this door calls a name is no header. */
const nameUsed = (id: string, name: string): Answer =>
  problem(
    409,
    'idUsedBefore',
    'Name used before',
    `This build asked for something else before under the name "${name}" (${id}); nothing was done. Send the same body as then, or give this request a "name" of its own.`,
    { refusal: 'idUsedBefore', data: { id } },
  )

/** A build has come to another phase. */
const heed = async (call: Call, caller: Caller): Promise<Answer> => {
  const read = NOTICE.safeParse(call.body)
  if (!read.success)
    return misread(
      'That is no notice of the Notification plugin: {"build": {"full_url": "https://…", "phase": "COMPLETED", "status": "SUCCESS"}}. Set the Jenkins URL in the settings of Jenkins if "full_url" is missing.',
      issuesOf(read.error),
    )
  const { full_url: written, phase, status } = read.data.build
  const build = readBuildUrl(written)
  if (build === null)
    return misread(
      '"build.full_url" is to be the address of a build, such as "https://jenkins.example.org/job/ceph/41/".',
    )
  const no = unknownBuild(call.door, build) ?? foreign(call, caller, build)
  if (no !== null) return no
  if (!['COMPLETED', 'FINALIZED'].includes(phase))
    return ok({
      detail: `Nothing to do at ${phase.slice(0, 50)}: the machines of a build come back when it is COMPLETED.`,
      build,
    })
  const reply = await call.door.ports.lane.ask({
    id: null,
    // A Jenkins speaks for its builds, whosever machines they have; a key for its own tenant.
    by: isJenkins(caller) ? DUFFY : caller.identity,
    door: DOOR,
    command: { do: 'endBuild', build, end: buildEndOf(status ?? null) },
  })
  if (reply.type === 'refused') throw new Error(`the end of a build was refused: ${reply.refusal.type}`)
  return outcomeAnswer(call, caller, { outcome: reply.outcome, waitMs: 0, keepsPlace: true })
}

/** A Jenkins speaks for its own builds alone. */
const foreign = ({ door }: Call, caller: Caller, build: BuildUrl): Answer | null => {
  if (!isJenkins(caller)) return null
  const known = door.ports.jenkins?.named(caller.identity.slice('jenkins:'.length))
  return known?.owns(build) === true
    ? null
    : problem(
        403,
        'foreignBuild',
        "Another Jenkins's build",
        `${build} is no build of the Jenkins whose secret came with it, ${known?.url ?? 'which is gone'}. Send the secret of its own, or an API key.`,
      )
}
