import { notReady } from '../problem.ts'
import { ok, type OpenRoute } from '../route.ts'

export const health: readonly OpenRoute[] = [
  {
    method: 'GET',
    path: '/healthz',
    who: 'anyone',
    summary: 'whether the process lives',
    answer: async () => ok({ ok: true }),
  },
  {
    method: 'GET',
    path: '/readyz',
    who: 'anyone',
    summary: 'whether requests are served',
    answer: async ({ door }) => (door.ports.ready() ? ok({ ready: true }) : notReady()),
  },
]
