import { errorCodes, type FastifyInstance } from 'fastify'
import type { Bounds } from '../bounds.ts'
import { BadBody } from '../faults.ts'
import { readJson } from '../json.ts'

/**
 * Takes bodies without a word on what they are for JSON, as Duffy v3 did: `requests.post(url, data='{…}')` of Python sends them so. Not
 * from a page in a browser, which could send such a body of another site in the name of whoever looks at it.
 */
export function takeUntyped(scope: FastifyInstance, bounds: Pick<Bounds, 'jsonDepth' | 'jsonElements'>): void {
  scope.addContentTypeParser<string>('*', { parseAs: 'string' }, ({ headers }, text, done) => {
    const { origin, 'content-type': type } = headers
    if (type !== undefined || origin !== undefined) return done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(type))
    const read = readJson(text, bounds)
    return read.ok ? done(null, read.value) : done(new BadBody(read.detail))
  })
}
