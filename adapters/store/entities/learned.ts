import { defineEntity, p } from '@mikro-orm/sqlite'

/** How long a step takes in a pool. */
export const StepTimesRow = defineEntity({
  name: 'StepTimesRow',
  tableName: 'step_times',
  properties: { key: p.text().primary(), count: p.integer(), recent_ms: p.text(), mean_ms: p.float() },
})

/** What is asked of a pool, hour by hour of the week. */
export const DemandRow = defineEntity({
  name: 'DemandRow',
  tableName: 'demand',
  properties: {
    key: p.text().primary(),
    since: p.integer(),
    hour: p.integer(),
    machines: p.integer(),
    hours: p.text(),
    squares: p.float(),
    expected: p.float(),
  },
})

/** How estimates of waits came out. */
export const CalibrationRow = defineEntity({
  name: 'CalibrationRow',
  tableName: 'calibration',
  properties: {
    key: p.text().primary(),
    scored: p.integer(),
    inside50: p.integer(),
    inside90: p.integer(),
    places: p.text(),
    errors_ms: p.text(),
  },
})

/** How often a platform fails in what. */
export const FailureRateRow = defineEntity({
  name: 'FailureRateRow',
  tableName: 'failure_rate',
  properties: { key: p.text().primary(), outcomes: p.float(), failed: p.float(), lately: p.float() },
})
