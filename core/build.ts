import type { Brand, LeaseId, RequestId } from './id.ts'

/** The address of a Jenkins build in one spelling: `https://jenkins.example.org/job/ceph/41/`. */
export type BuildUrl = string & Brand<'build'>

/** What becomes of a build's machines if it fails: they come back, or are kept for debugging. */
export const ON_FAILURE = ['done', 'hold'] as const
export type OnFailure = (typeof ON_FAILURE)[number]

/** The build that machines are for: they come back when it is over. */
export interface Build {
  readonly url: BuildUrl
  readonly onFailure: OnFailure
  /** Its Jenkins said once that it runs: from then on silence counts against it. */
  readonly seen: boolean
}

/** How a build ended: by itself, failed or unstable, aborted, or so that nobody can say, its Jenkins having fallen silent. */
const BUILD_ENDS = ['buildOver', 'buildFailed', 'buildAborted', 'buildLost'] as const
export type BuildEnd = (typeof BUILD_ENDS)[number]

export type BuildCommand =
  /** A build is over: what is bound to it ends, and what was to be kept is kept. A member ends only what is their tenant's. */
  | { readonly do: 'endBuild'; readonly build: BuildUrl; readonly end: BuildEnd }
  /** Their Jenkins says that these builds run. */
  | { readonly do: 'noteBuilds'; readonly builds: readonly BuildUrl[] }

/** What ended with a build, and what is kept of it. */
export interface BuildEnded {
  readonly type: 'buildEnded'
  readonly build: BuildUrl
  readonly end: BuildEnd
  readonly leases: readonly LeaseId[]
  readonly held: readonly LeaseId[]
  readonly requests: readonly RequestId[]
}

/** The same by what Jenkins calls it: `SUCCESS`, `UNSTABLE`, `FAILURE`, `ABORTED`, `NOT_BUILT`; null, or anything else: it says nothing. */
export const buildEndOf = (result: string | null): BuildEnd => {
  switch (result) {
    case 'FAILURE':
    case 'UNSTABLE':
      return 'buildFailed'
    case 'ABORTED':
    case 'NOT_BUILT':
      return 'buildAborted'
    case null:
    default:
      return 'buildOver'
  }
}

/** Characters of a build's address. */
export const LONGEST_BUILD_URL = 500

/**
 * A build's address as Jenkins gives it (`BUILD_URL`, or `full_url` in a notice), in one spelling: scheme and host in small letters,
 * no standard port, a slash at its end. Null if it is none: it ends in the build's number, and has no user, query or fragment.
 */
export const readBuildUrl = (written: string): BuildUrl | null => {
  if (written.length > LONGEST_BUILD_URL) return null
  const [, scheme, host, port, path] = BUILD_URL.exec(written) ?? []
  if (scheme === undefined || host === undefined || path === undefined) return null
  if (/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)) return null
  const isStandard = port === undefined || Number(port) === (scheme.toLowerCase() === 'https' ? 443 : 80)
  if (!isStandard && !(Number(port) >= 1 && Number(port) <= 65_535)) return null
  const authority = isStandard ? host : `${host}:${Number(port)}`
  return (`${scheme}://${authority}`.toLowerCase() + `${path}/`) as BuildUrl
}

const BUILD_URL =
  /^(https?):\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?((?:\/[\w.~!$&'()*+,;=:@%-]+)*\/job(?:\/[\w.~!$&'()*+,;=:@%-]+)+\/\d{1,10})\/?$/i
