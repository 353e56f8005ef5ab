import { type Draft, emptyDraft, type RoomView, textOf, withText } from '@sotto/client'
import { useState } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import { failureOf } from '../../client/failure.ts'
import type { Failure } from '../../client/failure.ts'
import type { Note } from './ComposerNote.tsx'
import { said, saying, unstoredDraft } from './drafts.ts'
import { textSize } from './textSize.ts'
import { useDraft } from './useDraft.ts'
import { useSlash } from './useSlash.ts'

/** What is being written in a room, and what becomes of it when it is said. */
export const useSaying = (room: RoomView) => {
  const client = useClient()
  const { draft, write, keep } = useDraft(room.id, room.draft)
  const [note, setNote] = useState<Note>({ kind: 'nothing' })
  const speak = useSlash(room, (told) => setNote({ kind: 'said', note: told }))
  const text = textOf(draft)
  const size = textSize(text)
  const ready = size.kind === 'fits' || size.kind === 'nearly_full'

  const change = (next: string) => {
    setNote({ kind: 'nothing' })
    write(withText(draft, next))
  }

  /** The words come back into the field, before what has been written meanwhile. */
  const giveBack = (failure: Failure) => {
    setNote({ kind: 'failed', failure })
    const since = textOf(unstoredDraft(room.id) ?? emptyDraft)
    write(since === '' ? draft : withText(draft, `${text}\n${since}`))
  }

  const speakOrSend = async (spoken: Draft): Promise<Note> => {
    const outcome = await speak(text)
    switch (outcome.kind) {
      case 'incomplete':
      case 'unknown':
        write(spoken)
        return outcome
      case 'text':
        // The stored draft goes with the message into one transaction: whatever dies here takes no words along.
        await client.sendDraft({ room: room.id, draft: withText(spoken, outcome.text) })
        said(room.id)
        return { kind: 'nothing' }
      case 'done':
        if (said(room.id)) write(emptyDraft)
        keep()
        return { kind: 'nothing' }
    }
  }

  const send = async () => {
    if (!ready) return
    setNote({ kind: 'nothing' })
    saying(room.id)
    try {
      const outcome = await speakOrSend(draft)
      if (outcome.kind !== 'nothing') setNote(outcome)
    } catch (error) {
      giveBack(failureOf(error))
    }
  }
  return { text, size, ready, note, change, send }
}
