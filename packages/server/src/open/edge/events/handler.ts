import { readRecentMoment } from '@sotto/protocol'
import type { Clock } from '../../../configuration.ts'
import type { OpenCaller } from '../../accounts/sessions.ts'
import type { OpenEvent } from '../../events.ts'
import { inField } from '../../failure.ts'

/** What answers an event: who sent it, what goes back to his socket alone, and what acknowledges it. */
export interface Asked {
  readonly caller: OpenCaller
  reply(event: string, payload: unknown): void
}

export type Acknowledged = Readonly<Record<string, unknown>>

/** An event in one of its dialects, and what is done about it. */
export interface Handler {
  // oxlint-disable-next-line typescript/no-explicit-any -- the event's own input flows through `on`
  readonly event: OpenEvent<any>
  handle(input: unknown, asked: Asked): Promise<Acknowledged>
}

export const on = <Input>(
  event: OpenEvent<Input>,
  handle: (input: Input, asked: Asked) => Promise<Acknowledged>,
): Handler => ({ event, handle })

export const none: Acknowledged = {}

/** What a message says of its time beside what is sealed: nobody goes by it, and nobody is to be wrong about it. */
export const checkTime = (timestamp: string | undefined, clock: Clock): void => {
  if (timestamp !== undefined) inField('timestamp', () => readRecentMoment(timestamp, clock.nowMs()))
}
