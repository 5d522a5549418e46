import { defineEntity, p } from '@mikro-orm/sqlite'

/** How long a step takes in a pool. */
export const StepTimesRow = defineEntity({
  name: 'StepTimesRow',
  tableName: 'step_times',
  properties: { key: p.text().primary(), count: p.integer(), recent_ms: p.text() },
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
