import type { RoomView } from '@sotto/client'
import { useState } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import { failureOf } from '../../client/failure.ts'
import type { Failure } from '../../client/failure.ts'
import type { Note } from './ComposerNote.tsx'
import { draftInHand } from './drafts.ts'
import { textSize } from './textSize.ts'
import { useDraft } from './useDraft.ts'
import { useSlash } from './useSlash.ts'

/** What is being written in a room, and what becomes of it when it is said. */
export const useSaying = (room: RoomView) => {
  const client = useClient()
  const { text, write, show, save } = useDraft(room.id, room.draft)
  const [note, setNote] = useState<Note>({ kind: 'nothing' })
  const speak = useSlash(room, (said) => setNote({ kind: 'said', note: said }))
  const size = textSize(text)
  const ready = size.kind === 'fits' || size.kind === 'nearly_full'

  const change = (next: string) => {
    setNote({ kind: 'nothing' })
    write(next)
  }

  /** The words come back into the field, before what has been written meanwhile. */
  const giveBack = (failure: Failure) => {
    setNote({ kind: 'failed', failure })
    const since = draftInHand(room.id) ?? ''
    write(since === '' ? text : `${text}\n${since}`)
  }

  const send = async () => {
    if (!ready) return
    setNote({ kind: 'nothing' })
    // The stored draft goes when the message is stored: a tab that dies in between must not take the words along.
    show('')
    try {
      const spoken = await speak(text)
      switch (spoken.kind) {
        case 'incomplete':
        case 'unknown':
          write(text)
          return setNote(spoken)
        case 'text':
          await client.send({ room: room.id, text: spoken.text })
          break
        case 'done':
      }
      write(draftInHand(room.id) ?? '')
      save()
    } catch (error) {
      giveBack(failureOf(error))
    }
  }
  return { text, size, ready, note, change, send }
}
