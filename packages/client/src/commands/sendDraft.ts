import { encodeDraft } from '../content/content.ts'
import type { Draft } from '../draft/draft.ts'
import { draftForm } from '../draft/form.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'
import { say } from './say.ts'

/**
 * Says a draft, and takes away what is stored as the draft of the room: both in one transaction, so that no crash leaves
 * both or none. Otherwise like `send`; where that rejects, the stored draft is still there.
 */
export type SendDraft = (input: {
  readonly room: string
  readonly draft: Draft
  readonly message?: string
}) => Promise<{ readonly id: string }>

export const sendDraft = ofAccount<SendDraft>({
  input: fields({ room: string, draft: draftForm.input }, { message: string }),
  run: async (scope, { room, draft, message }) =>
    say(scope, {
      room,
      named: message,
      encode: (salt, writtenMs) => encodeDraft(draft, salt, writtenMs),
      draft: draftForm.kept(draft),
    }),
})
