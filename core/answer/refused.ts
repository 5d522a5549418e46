import type { Wanting } from '../command.ts'
import { isRefusalRef, type Instant, type RefusalRef, type RequestId, type TenantName } from '../id.ts'
import type { Speaker } from '../policy/membership.ts'
import type { Refusal, RefusalAnswer } from '../refusal.ts'
import { REMEMBERED, type Charged, type Claimed, type Refused, type Roomy } from '../why/refused.ts'
import { isoTime } from '../time.ts'
import { insteadOf } from '../sentences/instead.ts'
import type { Why } from '../why.ts'
import { maySee, type Past } from './find.ts'

/** Why a command was refused: what was asked for, by which rule it was refused, and what that rule had before it then. */
export interface WhyRefusal {
  readonly type: 'whyRefusal'
  readonly ref: RefusalRef
  readonly at: string
  readonly tenant: TenantName
  readonly asked: Wanting
  readonly refusal: Refusal
  readonly grounds: {
    readonly why: Why | null
    readonly charged: readonly Told<Charged>[]
    /** `request` is for those who may see it. */
    readonly claims: readonly (Omit<Told<Claimed>, 'request'> & { readonly request: RequestId | null })[]
    readonly rooms: readonly Roomy[]
  }
  /** Lines that would have been granted then, or waited. */
  readonly instead: readonly string[]
}

/** With its instants in ISO 8601. */
type Told<T> = { readonly [K in keyof T]: T[K] extends Instant ? string : T[K] }

/** What is remembered of a refusal, for who may know it; undefined if the name is none of a refusal's. */
export const refusalNamed = (name: string, by: Speaker, past: Past): WhyRefusal | RefusalAnswer | undefined => {
  const ref = name.toUpperCase()
  if (!isRefusalRef(ref)) return undefined
  const found = past.refused?.filter((one) => one.ref === ref && maySee(by, one)) ?? []
  // Two tenants may have the same reference: one's own is meant.
  const meant = found.find(({ tenant }) => tenant === by.tenant) ?? found[0]
  if (meant !== undefined) return whyRefusal(meant, by)
  return {
    type: 'refused',
    refusal: { type: 'noSuchRefusal', asked: ref, ms: REMEMBERED.ms, most: REMEMBERED.perTenant },
  }
}

const whyRefusal = (refused: Refused, by: Speaker): WhyRefusal => {
  const { ref, at, tenant, asked, refusal, grounds } = refused
  return {
    type: 'whyRefusal',
    ref,
    at: isoTime(at),
    tenant,
    asked,
    refusal,
    grounds: {
      ...grounds,
      charged: grounds.charged.map((one) => ({ ...one, from: isoTime(one.from), until: isoTime(one.until) })),
      claims: grounds.claims.map((one) => ({
        ...one,
        request: maySee(by, one) ? one.request : null,
        from: isoTime(one.from),
      })),
    },
    instead: insteadOf(refused),
  }
}
