import { limits, SottoError } from '@sotto/protocol'
import { type Draft, isEmptyDraft } from '../draft/draft.ts'
import { draftForm } from '../draft/form.ts'
import type { Rooms } from '../sync/rooms.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'

/**
 * Says what is being written in a room, as often as it changes: it is stored when nothing was written for a moment, in
 * place of what was stored before, whoever wrote that. Resolves when this draft is stored, or one that came after it.
 * `too_large` beyond what a message may have, `quota` where too many rooms have one.
 */
export type SetDraft = (input: { readonly room: string; readonly draft: Draft }) => Promise<void>

const drafts = (rooms: Rooms): number =>
  [...rooms.all()].filter((room) => !isEmptyDraft(room.state().draft)).length

export const setDraft = ofAccount<SetDraft>({
  input: fields({ room: string, draft: draftForm.input }),
  run: async ({ rooms }, { room: id, draft }) => {
    const room = rooms.get(id)
    const kept = draftForm.kept(draft)
    const isNew = !isEmptyDraft(kept) && isEmptyDraft(room.state().draft)
    if (isNew && drafts(rooms) >= limits.draftsMax) throw new SottoError('quota')
    await room.drafts.write(kept)
  },
})
