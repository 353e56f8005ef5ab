import type { Transport } from '@sotto/client'
import { type Acknowledgement, encodeCommitAttachment, operations } from '@sotto/protocol'
import type { Step } from '../forge.ts'
import { type Outcome, refusedBy } from '../outcome.ts'
import type { Stage } from '../stage.ts'

/** Hands a message in by the session of whoever made it, past every client. @throws SottoError as the server says */
export const submit = async (
  line: Transport,
  room: Uint8Array,
  { by, message, attachment }: Pick<Step, 'by' | 'message' | 'attachment'>,
): Promise<Acknowledgement> => {
  const aux = attachment && encodeCommitAttachment(attachment)
  const { ack } = await line.call(operations.submitMessage, { room, message, aux }, by.token)
  return ack
}

/** The server's door: an insider hands in, one after the other, what its client would never have made. */
export const atTheDoor = async (
  { line, place, restore }: Stage,
  steps: readonly Step[],
): Promise<Outcome> => {
  let taken = 0
  try {
    for (const step of steps) {
      const outcome = await refusedBy(() => submit(line, place.room, step))
      if (outcome.kind !== 'accepted') return outcome
      taken++
    }
    return { kind: 'accepted' }
  } finally {
    if (taken > 0) await restore()
  }
}
