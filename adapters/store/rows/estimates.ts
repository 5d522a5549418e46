import type { Calibration, DemandHistory, FailureRate, PoolName, StepTimes } from '#core'
import type { Row } from '../entities.ts'
import { CalibrationRow, DemandRow, FailureRateRow, StepTimesRow } from '../entities/learned.ts'
import { parse, print } from './json.ts'
import type { Rows } from './rows.ts'

export const stepTimes: Rows<StepTimes, Row<typeof StepTimesRow>> = {
  entity: StepTimesRow,
  key: 'key',
  write: ({ key, count, recentMs, meanMs }) => ({ key, count, recent_ms: print(recentMs), mean_ms: meanMs }),
  read: ({ key, count, recent_ms: recentMs, mean_ms: meanMs }) => ({ key, count, recentMs: parse(recentMs), meanMs }),
}

export const demand: Rows<DemandHistory, Row<typeof DemandRow>> = {
  entity: DemandRow,
  key: 'key',
  write: ({ key, since, hour, machines, hours, squares, expected }) => ({
    key,
    since,
    hour,
    machines,
    hours: print(hours),
    squares,
    expected,
  }),
  read: ({ key, hours, ...row }) => ({ ...row, key: key as PoolName, hours: parse(hours) }),
}

export const calibrations: Rows<Calibration, Row<typeof CalibrationRow>> = {
  entity: CalibrationRow,
  key: 'key',
  write: ({ key, scored, inside50, inside90, places, errorsMs }) => ({
    key,
    scored,
    inside50,
    inside90,
    places: print(places),
    errors_ms: print(errorsMs),
  }),
  read: ({ key, scored, inside50, inside90, places, errors_ms: errorsMs }) => ({
    key,
    scored,
    inside50,
    inside90,
    places: parse(places),
    errorsMs: parse(errorsMs),
  }),
}

export const failureRates: Rows<FailureRate, Row<typeof FailureRateRow>> = {
  entity: FailureRateRow,
  key: 'key',
  write: ({ key, outcomes, failed, lately }) => ({ key, outcomes, failed, lately }),
  read: ({ key, outcomes, failed, lately }) => ({ key, outcomes, failed, lately }),
}
