import { equalBytes, SottoError, toHex } from '@sotto/protocol'
import type { Acknowledged } from '../timeline/view.ts'
import type { SpaceOwner } from '../view.ts'
import { isSigned } from './judge.ts'
import { keepsPromises } from './promises.ts'
import type { SendContext, SenderDeps } from './sendContext.ts'
import { reconnected, settledWith } from './sending.ts'
import type { OutboxItem, Pending, RoomState } from './state.ts'
import { sendMessages } from './sendMessages.ts'
import { sendNack } from './sendNack.ts'
import { sendNewRoom } from './sendNewRoom.ts'
import { sendPending } from './sendPending.ts'

/** Brings what is stored to the server, and what the server answers back into the room. */
export interface Sender {
  submit(items: readonly OutboxItem[]): void
  submitPending(pending: Pending): Promise<void>
  create(): Promise<void>
  nack(): Promise<void>
  acknowledged(message: Uint8Array): Acknowledged | undefined
  noSpaceFor(message: Uint8Array): SpaceOwner | undefined
  /** The line is a new one: what the log does not show yet is sent again, for the server may have lost it since. */
  reconnected(): void
  /** Forgets what the new state has settled, and holds the log to what was acknowledged. */
  settle(before: RoomState, after: RoomState): void
}

export const makeSender = (deps: SenderDeps): Sender => {
  const { line, runner, reader, session } = deps
  const sending: SendContext = {
    ...deps,
    verified: async (ack) => {
      if (!equalBytes(ack.room, runner.state().id) || !(await isSigned(line.witness(), ack)))
        throw new SottoError('integrity', 'an acknowledgement that the server has not signed')
      return ack
    },
    checkPromises: (room) => {
      if (!keepsPromises(room, session.now().promised, reader.anchor)) reader.freeze('fork').catch(() => {})
    },
  }
  return {
    submit: (items) => sendMessages(sending, items),
    submitPending: (pending) => sendPending(sending, pending),
    create: () => sendNewRoom(sending),
    nack: () => sendNack(sending),
    acknowledged: (message) => session.now().promised.get(toHex(message)),
    noSpaceFor: (message) => session.now().noSpace.get(toHex(message)),
    reconnected: () => session.change((now) => reconnected(now, runner.state().pending)),
    settle: (before, after) => {
      sending.checkPromises(after)
      session.change((now) => settledWith(now, before, after))
    },
  }
}
