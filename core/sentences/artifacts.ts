import type { ArtifactsAnswer } from '../answer/artifacts.ts'
import { counted, listed, type Said, type Telling } from './said.ts'
import { clockOf } from './time.ts'

/** Files named in a line of chat; the command line lists all. */
const MOST_NAMED = 5

/** What was collected of a lease. Paths are what somebody called their files, and so for those who asked alone. */
export const artifactsSaid = (answer: ArtifactsAnswer, telling: Telling): Said => {
  const { lease, collecting, artifacts, failed } = answer
  const now =
    collecting.length === 0
      ? []
      : [`${listed(collecting)} ${collecting.length === 1 ? 'is' : 'are'} being collected from.`]
  const lost = failed.map(
    ({ machine, run }) => `Collecting from ${machine} did not end well, and duffy log ${run} says why.`,
  )
  const [first] = artifacts
  if (first === undefined) return { room: [[...now, ...lost, none(answer, telling)].join(' ')], person: out(answer) }
  const bytes = artifacts.reduce((total, artifact) => total + artifact.bytes, 0)
  const until = clockOf(first.keptUntil, telling.at)
  const kept = `${counted(artifacts.length, 'file')} of ${lease}, ${sizeSaid(bytes)}, ${artifacts.length === 1 ? 'is' : 'are'} kept until ${until}.`
  return {
    room: [[...now, ...lost, kept].join(' '), `Save them with the command line: duffy artifacts get ${lease}`],
    person: named(answer),
  }
}

const none = ({ lease, lasts, collect, collecting, leftOut }: ArtifactsAnswer, { say }: Telling): string => {
  if (collecting.length > 0) return `Look again: ${say(`artifacts ${lease}`)}`
  if (leftOut.length > 0) return `Nothing of what was asked for came of ${lease}.`
  if (!lasts) return `Nothing is kept of ${lease}: nothing was collected, or its time is over.`
  return collect.length > 0
    ? `${listed(collect)} ${collect.length === 1 ? 'is' : 'are'} collected when ${lease} ends. End it: ${say(`done ${lease}`)}`
    : `Nothing is collected of ${lease} yet. To keep something: ${say(`done ${lease} collect /var/log/foo`)}`
}

const named = (answer: ArtifactsAnswer): string[] => {
  const { artifacts } = answer
  const files = artifacts.slice(0, MOST_NAMED).map(({ id, path, bytes }) => `${id} ${path} (${sizeSaid(bytes)})`)
  const more = artifacts.length > MOST_NAMED ? ` and ${artifacts.length - MOST_NAMED} more` : ''
  return [`${files.join(', ')}${more}`, ...out(answer)]
}

const out = ({ leftOut: [left, ...others], leftOutMore }: ArtifactsAnswer): string[] => {
  const more = others.length + leftOutMore
  return left === undefined ? [] : [`Left out: ${left.path} (${left.because})${more > 0 ? ` and ${more} more` : ''}.`]
}

/** `312 B`, `4.2 KiB`, `1.0 GiB` */
export const sizeSaid = (bytes: number): string => {
  const power = Math.min(3, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${['', 'KiB', 'MiB', 'GiB'][power]}`
}
