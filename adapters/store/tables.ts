import { calibrations, demand, failureRates, stepTimes } from './rows/estimates.ts'
import { machines } from './rows/machine.ts'
import { leases } from './rows/lease.ts'
import { apiKeys, people, tenants, webhooks } from './rows/people.ts'
import { requests } from './rows/request.ts'
import { counters, platforms, pools, sites } from './rows/site.ts'

/** Tables whose rows outlive their place in the fleet: they are written for the last time as they leave it. */
export const LASTING = { machine: machines, request: requests, lease: leases } as const

/** Tables whose rows go when they leave the fleet. */
export const PASSING = {
  pool: pools,
  platform: platforms,
  tenant: tenants,
  person: people,
  apiKey: apiKeys,
  webhook: webhooks,
  stepTimes,
  demand,
  calibration: calibrations,
  failureRate: failureRates,
  counter: counters,
  site: sites,
} as const
