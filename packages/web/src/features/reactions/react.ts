import type { Act, MessageTarget } from '../../registry/messageAction.ts'
import { begin, settle } from './pending.ts'

/** Whether one can say something in the room, and everybody has the message. */
export const canReact = ({ room: { state }, item }: MessageTarget): boolean =>
  item.kind === 'message' &&
  item.seq !== null &&
  (state.kind === 'active' || state.kind === 'behind' || state.kind === 'repairing')

/** Says it with one emoji, or takes that back. It is shown at once, and gone again where it is refused. */
export const reactWith =
  (emoji: string, isOn: boolean): Parameters<Act>[0] =>
  async ({ room, item }, { client }) => {
    const one = { id: item.id, emoji, isOn }
    begin(one)
    try {
      await client.react({ room: room.id, id: item.id, emoji, isOn })
    } catch (error) {
      settle(one)
      throw error
    }
  }
