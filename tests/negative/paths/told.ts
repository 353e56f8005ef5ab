import type { Acknowledgement, LoggedMessage, ServerFrame } from '@sotto/protocol'
import { online } from '../../stories/talk.ts'
import { payloadOf, sayBy } from '../forge.ts'
import { continueLog, type Lie, makeLiar } from '../liar.ts'
import type { Outcome } from '../outcome.ts'
import type { Stage } from '../stage.ts'
import { sentinel, whatMessagesDo } from './log.ts'

/** What a server says that is not so: with its answers and frames, or by frames of its own. */
export interface Untruth {
  readonly lie?: Lie
  readonly frames?: readonly ServerFrame[]
}

export const entries = (
  room: Uint8Array,
  messages: readonly LoggedMessage[],
  ack: Acknowledgement,
): ServerFrame => ({ kind: 'entries', room, messages, ack })

/**
 * Tells a device that is there something untrue, and then something true: it is stopped, or it reads the truth and
 * nothing else.
 */
export const told = async (stage: Stage, { lie = {}, frames = [] }: Untruth): Promise<Outcome> => {
  const { place, keys, members, nowMs } = stage
  const truth = await continueLog(
    keys,
    place,
    [await sayBy(members.olga, place, payloadOf(sentinel))],
    nowMs(),
  )
  const liar = makeLiar(lie)
  const { client } = await stage.open(stage.victor, liar.transport)
  await online(client)
  for (const frame of frames) liar.push(frame)
  liar.push(entries(place.room, truth.messages, truth.ack))
  const outcome = await whatMessagesDo(client, stage)
  await client.close()
  return outcome
}
