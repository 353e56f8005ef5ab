import type { Clock } from '../../configuration.ts'
import { refuse } from '../failure.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import type { ChatStore, OpenUser } from '../store.ts'

interface Dependencies {
  readonly store: Pick<ChatStore, 'create'>
  readonly mailbox: Pick<Mailbox, 'postBy'>
  readonly clock: Clock
}

/** What the rows of a chat take. */
const chatBytes = 256
const participantBytes = 64

/**
 * Makes a chat and posts the invitations. A guest whose mailbox has no room is left out: nobody takes part without knowing.
 *
 * @returns who was left out
 * @throws OpenRefusal `MAILBOX_FULL` where nobody has room
 */
export const invite = async (
  { store, mailbox, clock }: Dependencies,
  initiator: OpenUser,
  id: string,
  guests: readonly OpenUser[],
  entries: ReadonlyMap<string, unknown>,
): Promise<readonly number[]> => {
  const chat = { id, initiator: initiator.id, createdMs: clock.nowMs() }
  const left = new Set<number>()
  for (;;) {
    const invited = guests.filter((guest) => !left.has(guest.id))
    if (invited.length === 0 && left.size > 0) return refuse('MAILBOX_FULL')
    const all = [initiator, ...invited]
    const participants = all.map(({ name }) => name)
    const letters = invited.map(({ id: recipient, name }) => ({
      recipient,
      event: 'chat_invitation',
      payload: {
        chat_id: id,
        initiator: initiator.name,
        participants,
        encrypted_key: entries.get(name),
      },
    }))
    const ids = all.map((user) => user.id)
    const bytesBeside = chatBytes + participantBytes * all.length
    const { kind, full } = await mailbox.postBy({ sender: initiator, letters, bytesBeside }, (post) =>
      store.create(chat, ids, post),
    )
    if (kind === 'kept') return [...left]
    for (const one of full) left.add(one)
  }
}
