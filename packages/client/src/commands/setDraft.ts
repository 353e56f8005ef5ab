import { limits, SottoError } from '@sotto/protocol'
import { type Draft, isEmptyDraft } from '../draft/draft.ts'
import { draftForm } from '../draft/form.ts'
import type { Room } from '../room/atWork.ts'
import type { Rooms } from '../sync/rooms.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'

/**
 * Says what is being written in a room, as often as it changes: it is stored when nothing was written for a moment, in
 * place of what was stored before, whoever wrote that. Resolves when this draft is stored, or one that came after it.
 * `too_large` beyond what a message may have, `quota` where too many rooms have one.
 */
export type SetDraft = (input: { readonly room: string; readonly draft: Draft }) => Promise<void>

/** Also where it is not stored yet. */
const hasDraft = (room: Room): boolean =>
  !isEmptyDraft(room.session().draft.held?.draft ?? room.state().draft)

const drafts = (rooms: Rooms): number => [...rooms.all()].filter(hasDraft).length

export const setDraft = ofAccount<SetDraft>({
  input: fields({ room: string, draft: draftForm.input }),
  run: async ({ rooms }, { room: id, draft }) => {
    const room = rooms.get(id)
    const kept = draftForm.kept(draft)
    const isNew = !isEmptyDraft(kept) && !hasDraft(room)
    if (isNew && drafts(rooms) >= limits.draftsMax) throw new SottoError('quota')
    await room.drafts.write(kept)
  },
})
