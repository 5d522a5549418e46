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
    ({ machine, run }) =>
      `Nothing more came from ${machine}: ${telling.say(`artifacts ${lease}`)} has the rest, and run ${run} says why.`,
  )
  const [first] = artifacts
  if (first === undefined) return { room: [[...now, ...lost, none(answer, telling)].join(' ')], person: [] }
  const bytes = artifacts.reduce((total, artifact) => total + artifact.bytes, 0)
  const until = clockOf(first.keptUntil, telling.at)
  const kept = `${counted(artifacts.length, 'file')} of ${lease}, ${sizeSaid(bytes)}, ${artifacts.length === 1 ? 'is' : 'are'} kept until ${until}.`
  return {
    room: [[...now, ...lost, kept].join(' '), `Save them with the command line: duffy artifacts get ${lease}`],
    person: named(answer),
  }
}

const none = ({ lease, lasts, collect, collecting }: ArtifactsAnswer, { say }: Telling): string => {
  if (collecting.length > 0) return `Look again: ${say(`artifacts ${lease}`)}`
  if (!lasts) return `Nothing is kept of ${lease}: nothing was collected, or its time is over.`
  return collect.length > 0
    ? `${listed(collect)} ${collect.length === 1 ? 'is' : 'are'} collected when ${lease} ends. End it: ${say(`done ${lease}`)}`
    : `Nothing is collected of ${lease} yet. To keep something: ${say(`done ${lease} collect /var/log/foo`)}`
}

const named = ({ artifacts, leftOut, leftOutMore }: ArtifactsAnswer): string[] => {
  const files = artifacts.slice(0, MOST_NAMED).map(({ id, path, bytes }) => `${id} ${path} (${sizeSaid(bytes)})`)
  const more = artifacts.length > MOST_NAMED ? ` and ${artifacts.length - MOST_NAMED} more` : ''
  const [left] = leftOut
  const others = leftOut.length - 1 + leftOutMore
  const out =
    left === undefined ? [] : [`Left out: ${left.path} (${left.because})${others > 0 ? ` and ${others} more` : ''}.`]
  return [`${files.join(', ')}${more}`, ...out]
}

/** `312 B`, `4.2 KiB`, `1.0 GiB` */
export const sizeSaid = (bytes: number): string => {
  const power = Math.min(3, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${['', 'KiB', 'MiB', 'GiB'][power]}`
}
