import { type Acknowledgement, limits, SottoError } from '@sotto/protocol'
import { openOutcomes } from '../outcomes.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import { afterSilence } from '../ports/silence.ts'
import type { LiveConnection } from '../ports/transport.ts'

/** Messages that were sent over a line and are not answered yet. */
export interface Submissions {
  /** @throws SottoError with the server's code, `offline`, `timeout` */
  submit(live: LiveConnection, room: Uint8Array, message: Uint8Array): Promise<Acknowledgement>
  acknowledged(requestId: number, ack: Acknowledgement): void
  refused(requestId: number, failure: SottoError): void
  /** The line is gone. */
  failAll(failure: SottoError): void
}

const requestIdMax = 0xffff_ffff

export const openSubmissions = (scheduler: Pick<Scheduler, 'after' | 'steadyMs'>): Submissions => {
  const answers = openOutcomes<`${number}`, Acknowledgement>()
  const cancels = new Map<number, () => void>()
  let next = 1

  const over = (requestId: number): void => {
    cancels.get(requestId)?.()
    cancels.delete(requestId)
  }

  return {
    submit: (live, room, message) => {
      const requestId = next
      next = next === requestIdMax ? 1 : next + 1
      const answer = answers.of(`${requestId}`)
      const silent = afterSilence(scheduler, limits.requestTimeoutMs, () => {
        cancels.delete(requestId)
        answers.failed(`${requestId}`, new SottoError('timeout'))
        // A line that does not answer is not one; the next one begins with what the log says.
        live.close()
      })
      cancels.set(requestId, silent)
      live.send({ kind: 'submit', requestId, room, message, aux: null })
      return answer
    },
    acknowledged: (requestId, ack) => {
      over(requestId)
      answers.done(`${requestId}`, ack)
    },
    refused: (requestId, failure) => {
      over(requestId)
      answers.failed(`${requestId}`, failure)
    },
    failAll: (failure) => {
      for (const requestId of cancels.keys()) over(requestId)
      answers.failAll(failure)
    },
  }
}
