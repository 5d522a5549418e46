import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take longest when three run at a time, those that mostly wait between those that mostly work. */
export const SLOWEST: readonly string[] = [
  'test/e2e/kill.test.ts',
  'test/adapters/irc/outage.test.ts',
  'test/e2e/lease.test.ts',
  'test/integrations/jenkins-library.test.ts',
  'test/e2e/artifacts.test.ts',
  'test/e2e/irc.test.ts',
  'test/e2e/two-networks.test.ts',
  'test/adapters/cli/cli.test.ts',
  'test/adapters/jenkins/agents.test.ts',
  'test/playbooks/nsbox.test.ts',
  'test/playbooks/nsbox-damaged.test.ts',
  'test/adapters/lane/kill.test.ts',
  'test/adapters/jenkins/house.test.ts',
]

const placeOf = (file: string): number => SLOWEST.findIndex((name) => file.endsWith(`/${name}`))

/** The slowest go first: one that begins last keeps all workers but its own idle at the end. */
export const slowestFirst = <File extends { readonly moduleId: string }>(files: readonly File[]): File[] => {
  const place = ({ moduleId }: File): number => (placeOf(moduleId) < 0 ? SLOWEST.length : placeOf(moduleId))
  return files.toSorted((a, b) => place(a) - place(b))
}

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- no array's, but of all files of all projects
    return slowestFirst(await super.sort(files))
  }
}

interface Timed {
  readonly name: string
  readonly startTime: number
  readonly endTime: number
}

/** Those that took more than a tenth of the whole time and are not among the slowest, with their seconds: so that the list is kept. */
export const unexpected = (files: readonly Timed[]): readonly string[] => {
  const whole = Math.max(...files.map(({ endTime }) => endTime)) - Math.min(...files.map(({ startTime }) => startTime))
  return files
    .filter(({ name, startTime, endTime }) => endTime - startTime > whole / 10 && placeOf(name) < 0)
    .map(({ name, startTime, endTime }) => `${name} took ${Math.round((endTime - startTime) / 1000)} s`)
}
