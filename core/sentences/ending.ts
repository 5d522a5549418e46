import type { Absence, Hopeless, RequestState } from '../request.ts'
import type { StepFailure } from '../run.ts'
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

export const becauseSaid = (because: Hopeless | Absence): string => {
  switch (because.type) {
    case 'closed':
      return 'the connection that asked was closed before an answer came, and "keepPlace" had not been asked for'
    case 'unpolled':
      return `nobody asked for ${span(because.withinMs)} how it stands ("pollWithin" sets how long, "keepPlace" waits on)`
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

export const failureSaid = ({ step, inARow, message }: StepFailure): string =>
  `${step} failed, ${counted(inARow, 'failure')} in a row: ${message}`
