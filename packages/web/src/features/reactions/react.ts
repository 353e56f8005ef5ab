import type { Client } from '@sotto/client'
import type { Act, MessageTarget } from '../../registry/messageAction.ts'
import { begin, settle } from './pending.ts'
import { follow } from './refusals.ts'

/** Whether one can say something in the room, and everybody has the message. */
export const canReact = ({ room: { state }, item }: MessageTarget): boolean =>
  item.kind === 'message' &&
  item.seq !== null &&
  (state.kind === 'active' || state.kind === 'behind' || state.kind === 'repairing')

/**
 * Says it with one emoji, or takes that back. It is shown at once. Resolves when everybody can see it, which may take until
 * there is a line; where it is refused, it is gone again, and this rejects.
 */
export const react = async (
  client: Pick<Client, 'react' | 'subscribe'>,
  { room, item }: MessageTarget,
  emoji: string,
  isOn: boolean,
): Promise<void> => {
  const one = { id: item.id, emoji, isOn }
  begin(one)
  const following = follow(client, one)
  try {
    const { id } = await client.react({ room: room.id, id: item.id, emoji, isOn })
    if (id !== null) await following.of(id)
  } finally {
    following.stop()
    settle(one)
  }
}

export const reactWith =
  (emoji: string, isOn: boolean): Parameters<Act>[0] =>
  (target, { client }) =>
    react(client, target, emoji, isOn)
