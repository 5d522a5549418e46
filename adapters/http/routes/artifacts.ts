import { answerTo } from '../answer.ts'
import { notFound } from '../problem.ts'
import type { Answer, KeyedRoute } from '../route.ts'
import { ARTIFACTS } from '../shapes.ts'
import { ownLease } from '../standing.ts'

export const artifacts: readonly KeyedRoute[] = [
  {
    method: 'GET',
    path: '/api/v2/leases/:id/artifacts',
    who: 'member',
    summary: 'what was collected from its machines; "collecting" names those of which more may come',
    gives: { 200: ARTIFACTS },
    answer: (call, caller) => answerTo(call, caller, { ask: 'artifacts', lease: call.params['id']! }),
  },
  {
    method: 'GET',
    path: '/api/v2/artifacts/:id',
    who: 'member',
    summary: 'one file that was collected, as bytes; 404 once its time is over',
    gives: { 200: 'bytes' },
    answer: async ({ door: { ports }, params }, caller) => {
      const found = (await ports.artifacts?.named(params['id']!)) ?? null
      const isTheirs = found !== null && (await ownLease(ports, found.lease, caller)) !== undefined
      if (!isTheirs) return noSuchArtifact(params['id']!)
      const { id, path, bytes } = found.artifact
      const headers = { ...AS_BYTES, 'content-length': String(bytes), 'content-disposition': attached(id, path) }
      return { status: 200, body: await found.read(), headers }
    },
  },
]

/** Whatever it is, nothing that a browser would run. */
const AS_BYTES = {
  'content-type': 'application/octet-stream',
  'content-security-policy': "default-src 'none'; sandbox",
}

const noSuchArtifact = (asked: string): Answer =>
  notFound(
    `There is no artifact ${asked.slice(0, 50)} of yours, or its time is over. GET /api/v2/leases/{id}/artifacts lists what is kept of a lease.`,
  )

/** Under a name of ours, and the end of what the file was called where that is plain. */
const attached = (id: string, path: string): string => {
  const last = path
    .split('/')
    .at(-1)!
    .replaceAll(/[^\w.+=@-]/g, '_')
    .slice(-100)
  return `attachment; filename="${id}-${last}"`
}
