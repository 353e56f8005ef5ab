import { stepped } from '../room/step.ts'
import { unreadFrom } from '../room/unread.ts'
import { ofAccount } from './command.ts'
import { fields, number, string } from './input.ts'

/** Moves the read marker of a room forward, never back. */
export type MarkRead = (input: { readonly room: string; readonly seq: number }) => Promise<void>

export const markRead = ofAccount<MarkRead>({
  input: fields({ room: string, seq: number }),
  run: async ({ rooms, store, tools }, { room: id, seq }) =>
    rooms.get(id).take(async (state) => {
      const readSeq = Math.min(seq, state.place.cursor)
      if (readSeq <= state.summary.readSeq) return stepped(state)
      const unread = await unreadFrom(store, id, state, readSeq, tools.account)
      return stepped({ ...state, summary: { ...state.summary, readSeq, unread } })
    }),
})
