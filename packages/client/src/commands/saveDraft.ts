import { limits, SottoError } from '@sotto/protocol'
import { stepped } from '../room/step.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'

/** Keeps what is being written in a room; `too_large` beyond what a message may have. */
export type SaveDraft = (input: { readonly room: string; readonly text: string }) => Promise<void>

export const saveDraft = ofAccount<SaveDraft>({
  input: fields({ room: string, text: string }),
  run: async ({ rooms }, { room, text }) => {
    if (text.length > limits.textBytesMax) throw new SottoError('too_large')
    const draft = text.trim() === '' ? '' : text.toWellFormed()
    await rooms.get(room).take((state) => stepped(state.draft === draft ? state : { ...state, draft }))
  },
})
