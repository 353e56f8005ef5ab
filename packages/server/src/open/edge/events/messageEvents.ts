import { readEnvelope } from '@sotto/protocol'
import type { Clock } from '../../../configuration.ts'
import type { People } from '../../accounts/people.ts'
import { openEvents as e } from '../../events.ts'
import { inField } from '../../failure.ts'
import type { Mailbox } from '../../mail/mailbox.ts'
import { checkTime, type Handler, on } from './handler.ts'

export interface MessageEventServices {
  readonly people: People
  readonly mailbox: Mailbox
  readonly clock: Clock
}

/** From one person to another, outside of rooms and chats. */
export const messageEvents = ({ people, mailbox, clock }: MessageEventServices): readonly Handler[] => [
  on(e.message, async ({ recipient, encrypted_payload, timestamp }, { caller }) => {
    checkTime(timestamp, clock)
    inField('encrypted_payload', () => readEnvelope(encrypted_payload))
    const { id } = await people.named(recipient)
    const payload = { sender: caller.user.name, encrypted_payload }
    await mailbox.post({ sender: caller.user, letters: [{ recipient: id, event: 'message', payload }] })
    return { timestamp: new Date(clock.nowMs()).toISOString() }
  }),
]
