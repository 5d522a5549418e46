import type { Calibration } from '../estimate/calibration.ts'
import type { Fleet } from '../fleet.ts'
import { byText } from '../collections/indexes.ts'

/** How estimates of waits came out, for what was wanted: `type metal`, `pool rack-7, several together`. */
export interface CalibrationView {
  readonly of: string
  /** Requests that had an estimate and were served. */
  readonly scored: number
  /** Which part of them came within the interval that was to hold half, and within that for nine tenths; null: none yet. */
  readonly inside50: number | null
  readonly inside90: number | null
  /** Half of the last estimates were further off than this. */
  readonly medianErrorMs: number | null
}

export const calibrationsOf = (fleet: Fleet): readonly CalibrationView[] =>
  [...fleet.calibrations.values()].toSorted((a, b) => byText(a.key, b.key)).map(calibrationView)

const calibrationView = ({ key, scored, inside50, inside90, errorsMs }: Calibration): CalibrationView => ({
  of: key,
  scored,
  inside50: scored === 0 ? null : inside50 / scored,
  inside90: scored === 0 ? null : inside90 / scored,
  medianErrorMs: errorsMs.map(Math.abs).toSorted((a, b) => a - b)[errorsMs.length >> 1] ?? null,
})
