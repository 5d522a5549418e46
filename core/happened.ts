import type { Event } from './event.ts'
import type { Instant, LeaseId, MachineName, RequestId, TenantName } from './id.ts'
import type { JsonObject } from './run.ts'
import { isoTime } from './time.ts'

/** What of a fact is told to whom it concerns, as it was at that moment: told again, it is the same. */
export interface Happened {
  readonly type: Event['type']
  readonly about: About
  readonly data: JsonObject
}

/** Whose it is. `site`: nobody's; operators alone are told. */
export type About =
  | { readonly type: 'request'; readonly request: RequestId }
  | { readonly type: 'lease'; readonly lease: LeaseId; readonly machine: MachineName | null }
  | { readonly type: 'tenant'; readonly tenant: TenantName }
  | { readonly type: 'machine'; readonly machine: MachineName }
  | { readonly type: 'site' }

/** A place in the log: of the events of a record those up to that one have been told, or all of them. */
export interface LogPosition {
  readonly seq: number
  readonly index: number
}

/** An event as those read it whom it concerns. */
export interface Tidings {
  /** Where it stands in the log; no two are the same, and later ones come later. */
  readonly id: string
  readonly type: Happened['type']
  readonly at: string
  /** Whose it is; null: the site's, of which operators alone are told. */
  readonly tenant: TenantName | null
  readonly request: RequestId | null
  readonly lease: LeaseId | null
  readonly machine: MachineName | null
  readonly data: JsonObject
}

/** What is told of an event; null: it is Duffy's own housekeeping, or is told where it belongs. */
export const happened = (event: Event): Happened | null => ofRequest(event) ?? ofLease(event) ?? ofSite(event)

const ofRequest = (event: Event): Happened | null => {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are not about requests
  switch (event.type) {
    case 'requestMade': {
      const { id, demand, reserved } = event.request
      const { type, pool, count } = demand
      const from = reserved === null ? null : isoTime(reserved.from)
      return told(event, { type: 'request', request: id }, { type, pool, count, from })
    }
    case 'requestCancelled':
      return told(event, { type: 'request', request: event.request }, { by: event.by })
    case 'requestAbandoned':
      return told(event, { type: 'request', request: event.request }, { how: event.how.type })
    case 'requestUnsatisfiable':
      return told(event, { type: 'request', request: event.request }, { because: event.because.type })
    case 'reservationTold':
      return told(event, { type: 'request', request: event.request }, { what: event.what })
    case 'leaseGranted': {
      const { request, lease, machines } = event
      return told(event, { type: 'request', request }, { lease, machines })
    }
  }
  return null
}

const ofLease = (event: Event): Happened | null => {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are not about leases
  switch (event.type) {
    case 'machineSupplied':
    case 'machineOpened':
      return told(event, lease(event.lease, event.machine), {})
    case 'machineLeft':
      return told(event, lease(event.lease, event.machine), { how: event.how })
    case 'leaseActivated':
    case 'leaseExtended':
    case 'leaseShortened':
    case 'leaseSpared':
      return told(event, lease(event.lease), until(event.until))
    case 'leaseHeld':
      return told(event, lease(event.lease), { ...until(event.until), reason: event.hold.reason })
    case 'leaseWarned':
      return told(event, lease(event.lease), { minutes: event.minutes })
    case 'leaseReminded':
      return told(event, lease(event.lease), {})
    case 'leaseEnded':
      return told(event, lease(event.lease), { how: event.how })
  }
  return null
}

const ofSite = (event: Event): Happened | null => {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is not named here is told nobody
  switch (event.type) {
    case 'homeChosen':
    case 'homeMoved': {
      const { tenant, machineType, platform } = event
      return told(event, { type: 'tenant', tenant }, { machineType, platform })
    }
    case 'machineEnrolled':
    case 'machineDrained':
    case 'machineRetired':
    case 'machineReadied':
    case 'machineStopped':
    case 'machineReadmitted':
    case 'maintenanceBegun':
    case 'maintenanceEnded':
      return told(event, { type: 'machine', machine: event.machine }, {})
    case 'machineQuarantined': {
      const { machine, probationAt } = event
      return told(
        event,
        { type: 'machine', machine },
        { probationAt: probationAt === null ? null : isoTime(probationAt) },
      )
    }
    case 'machineReported':
      return told(event, { type: 'machine', machine: event.machine }, { lease: event.lease, reason: event.reason })
    case 'webhookDisabled': {
      const { tenant, webhook, failures, because } = event
      return told(event, tenant === null ? { type: 'site' } : { type: 'tenant', tenant }, {
        webhook,
        failures,
        because,
      })
    }
    case 'siteConfigured':
      return told(event, { type: 'site' }, { digest: event.digest })
  }
  return null
}

const told = ({ type }: Event, about: About, data: JsonObject): Happened => ({ type, about, data })
const lease = (id: LeaseId, machine: MachineName | null = null): About => ({ type: 'lease', lease: id, machine })
const until = (at: Instant): JsonObject => ({ until: isoTime(at) })
