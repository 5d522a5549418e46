import { ATTEMPTS_APART, shortfall } from '../policy/chassis.ts'
import type { ChassisChoice } from '../why.ts'
import { counted } from './said.ts'

/** How machines share chassis, and what that cost, as a sentence after another; empty if it did not matter. */
export const chassisSaid = (choice: ChassisChoice | null): string => {
  if (choice === null) return ''
  const { rule, asked, on, ahead } = choice
  const missed = chassisMissedSaid(choice)
  const said = asked ? `you said "${rule}"` : `its pool says "${rule}"`
  const price = ahead === 0 ? '' : ` For that one was taken with ${counted(ahead, 'attempt')} more than another had.`
  return missed === null ? ` On ${counted(on, 'chassis', 'chassis')}: ${said}.${price}` : ` ${missed}${price}`
}

/** For whoever got machines that do not share chassis as they should; null if they do. */
export const chassisMissedSaid = (choice: ChassisChoice | null): string | null => {
  if (choice === null || shortfall(choice) === 0) return null
  const { rule, asked, on, together, unknown } = choice
  const who = asked ? `You said "${rule}"` : `Their pool says "${rule}"`
  const what =
    rule === 'spread'
      ? `but ${together} of them share a chassis`
      : `but they are on ${counted(on, 'chassis', 'chassis')}`
  const why =
    unknown > 0
      ? `the config does not name that of ${unknown}`
      : `no others were free ${asked ? `within ${ATTEMPTS_APART} attempts of these` : 'that were worn as little'}`
  return `${who}, ${what}: ${why}.`
}
