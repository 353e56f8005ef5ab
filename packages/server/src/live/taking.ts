import { type ClientFrame, decodeClientFrame, SottoError } from '@sotto/protocol'
import type { Delivery } from '../delivery/delivery.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { greet, type GreetingDependencies } from './greeting.ts'
import { isClosed, type Line } from './line.ts'
import { failureOf, refused } from './refused.ts'
import { noteUse, type RenewalDependencies } from './renewal.ts'

interface SubmittingDependencies {
  readonly delivery: Pick<Delivery, 'submit'>
  readonly log: EventLog
}

export type TakingDependencies = GreetingDependencies & RenewalDependencies & SubmittingDependencies

const submit = async (
  line: Line,
  caller: DeviceCaller,
  { requestId, room, message, aux }: ClientFrame & { readonly kind: 'submit' },
  { delivery, log }: SubmittingDependencies,
): Promise<void> => {
  const { account } = caller
  log.count({ account }, { requests: 1, bytes: message.length + (aux?.length ?? 0) })
  try {
    const ack = await delivery.submit(caller, room, { message, aux })
    if (!isClosed(line)) line.send({ kind: 'ack', requestId, ack })
  } catch (error) {
    if (!(error instanceof SottoError)) log.failure(error, { operation: 'live.submit' })
    const failure = failureOf(error)
    log.count({ account }, { code: failure.code })
    if (!isClosed(line)) line.send({ kind: 'refused', requestId, ...failure })
  }
}

const takeLive = (
  line: Line,
  caller: DeviceCaller,
  frame: ClientFrame,
  dependencies: TakingDependencies,
): Promise<void> | null => {
  noteUse(line, dependencies)
  switch (frame.kind) {
    case 'hello':
      line.send(refused('bad_request'))
      return null
    case 'submit':
      return submit(line, caller, frame, dependencies)
    case 'ping':
      line.send({ kind: 'pong', nonce: frame.nonce })
      return null
  }
}

const take = (line: Line, frame: ClientFrame, dependencies: TakingDependencies): Promise<void> | null => {
  const { phase } = line
  switch (phase.kind) {
    case 'new':
      if (frame.kind === 'hello') return greet(line, frame.token, dependencies)
      line.send(refused('unauthorized'))
      return null
    case 'greeting':
      line.send(refused('unauthorized'))
      return null
    case 'live':
      return takeLive(line, phase.caller, frame, dependencies)
    case 'closed':
      return null
  }
}

/** Does what a frame asks for; the answer resolves when that is done, and is null where it was at once. */
export const takeFrame = (
  line: Line,
  bytes: Uint8Array,
  dependencies: TakingDependencies,
): Promise<void> | null => {
  try {
    return take(line, decodeClientFrame(bytes), dependencies)
  } catch (error) {
    if (!(error instanceof SottoError)) dependencies.log.failure(error, { operation: 'live' })
    line.send(refused(failureOf(error).code))
    return null
  }
}
