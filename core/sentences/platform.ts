import type { Difference, PlatformChoice } from '../request.ts'
import { listed } from './said.ts'

/** Why a platform was taken, as the second half of a sentence about it. */
export const choiceSaid = (choice: PlatformChoice): string => {
  const { reason, departure } = choice
  const home = departure?.home ?? choice.platform
  switch (reason) {
    case 'home':
      return 'the one that you always get'
    case 'first':
      return 'the least used when you first asked, and yours from then on'
    case 'near home':
      return `the nearest to your home, ${home}, that had enough free${differing(choice)}`
    case 'instead of home':
      return `nothing like your home, ${home}, came free in time, and you said "prefer"${differing(choice)}`
    case 'any':
      return 'you said "any"'
  }
}

/** For whoever got machines of another platform than usual; null if they did not. */
export const departureSaid = (choice: PlatformChoice, count: number): string | null => {
  const { platform, reason, departure } = choice
  if (departure === null) return null
  const these = count === 1 ? 'this is' : 'these are'
  const kind = reason === 'near home' ? ' of the same class' : ''
  return `Your home is ${departure.home}, which had too few free; ${these} ${platform}${kind}${differing(choice)}.`
}

const differing = ({ departure }: PlatformChoice): string =>
  departure === null || departure.differs.length === 0 ? '' : `: ${listed(departure.differs.map(differenceSaid))}`

/** `16 GiB instead of 32 GiB` */
const differenceSaid = ({ trait, home, here }: Difference): string =>
  `${WORDS[trait](here)} instead of ${WORDS[trait](home)}`

const WORDS: Readonly<Record<Difference['trait'], (value: Difference['here']) => string>> = {
  arch: (value) => String(value),
  vendor: (value) => `processors by ${value}`,
  model: (value) => (value === null ? 'a model that is not known' : `model ${value}`),
  memoryGiB: (value) => (value === null ? 'memory that is not known' : `${value} GiB`),
}
