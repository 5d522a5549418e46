import cron from 'node-cron'

/** A job that time starts: never twice at once, its faults told and no reason to stop. */
export interface Job {
  readonly name: string
  /** Cron expression, seconds first. */
  readonly when: string
  readonly run: () => Promise<void>
}

/** Ticks. What is due is a matter of the store alone: a tick that is missed is made good by the next. */
export const ticks = (jobs: readonly Job[], onFault: (job: string, fault: unknown) => void): Disposable => {
  const tasks = jobs.map(({ name, when, run }) =>
    cron.schedule(
      when,
      async () => {
        try {
          await run()
        } catch (fault) {
          onFault(name, fault)
        }
      },
      { name, noOverlap: true },
    ),
  )
  return {
    [Symbol.dispose]() {
      for (const task of tasks) void task.destroy()
    },
  }
}
