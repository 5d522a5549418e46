import type { BuildEnd } from '../build.ts'
import type { Absence, Hopeless, RequestState } from '../request.ts'
import type { OutcomeFigures, StepFailure } from '../run.ts'
import { counted } from './said.ts'
import { span } from './time.ts'

/** Why a request waits no more, if it was not served; null while it waits or once it was. */
export const endingSaid = (state: RequestState): string | null => {
  switch (state.status) {
    case 'cancelled':
      if (state.by === 'gone') return becauseSaid(state.how)
      return `cancelled by ${state.by === 'owner' ? 'its owner' : 'an operator'}`
    case 'unsatisfiable':
      return becauseSaid(state.because)
    case 'waiting':
    case 'granted':
      return null
  }
}

export const becauseSaid = (because: Hopeless | Absence | { readonly type: 'cancelled' }): string => {
  switch (because.type) {
    case 'cancelled':
      return 'somebody who may has cancelled it'
    case 'closed':
      return 'the connection that asked was closed before an answer came, and "keepPlace" had not been asked for'
    case 'unpolled':
      return `nobody asked for ${span(because.withinMs)} how it stands ("pollWithin" sets how long, "keepPlace" waits on)`
    case 'buildOver':
    case 'buildFailed':
    case 'buildAborted':
    case 'buildLost':
      return buildEndSaid(because.type)
    case 'noLongerSpeaks':
      return `whoever asked speaks for tenant ${because.tenant} no more`
    case 'retired':
      return `tenant ${because.tenant} is retired`
    case 'quota':
      return `tenant ${because.tenant} may hold ${counted(because.quota, 'machine')}`
    case 'tooFew':
      return `there ${because.most === 1 ? 'is' : 'are'} only ${because.most} such ${because.most === 1 ? 'machine' : 'machines'}${because.platform === null ? '' : ` on ${because.platform}`}`
  }
}

export const buildEndSaid = (end: BuildEnd): string => {
  switch (end) {
    case 'buildOver':
      return 'the build that it was for is over'
    case 'buildFailed':
      return 'the build that it was for failed'
    case 'buildAborted':
      return 'the build that it was for was aborted'
    case 'buildLost':
      return 'the Jenkins of the build that it was for could not be asked any more whether it runs'
  }
}

export const failureSaid = (failure: StepFailure | OutcomeFigures): string => {
  if (failure.type === 'inARow')
    return `${failure.step} failed, ${counted(failure.inARow, 'failure')} in a row: ${failure.message}`
  const last = failure.message === '' ? '' : `; the last was ${failure.message}`
  return `${outcomesSaid(failure)}${last}`
}

/** `7 of its last 20 steps and leases failed; of amd 2 in 100 do` */
export const outcomesSaid = ({ failed, outcomes, platform, usual }: Omit<OutcomeFigures, 'type' | 'message'>): string =>
  `${failed} of its last ${outcomes} steps and leases failed; of ${platform} ${usual < 0.01 ? 'fewer than 1' : Math.round(usual * 100)} in 100 do`
