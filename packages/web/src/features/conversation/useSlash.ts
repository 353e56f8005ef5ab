import { parseSlash, type RoomView, type SlashName, type SlashSubject } from '@sotto/client'
import { useClient } from '../../client/ClientContext.tsx'

/** What a command needs of the page around the composer. */
export interface SlashActions {
  readonly onMembers: () => void
  readonly onLeave: () => void
  readonly onCommands: () => void
}

/** What it needs of the composer itself. */
interface SlashProgress {
  /** An invitation is under way. */
  readonly onInviting: () => void
}

/** What came of a text that was written. */
export type Spoken =
  /** To be sent. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'invited'; readonly name: string }
  /** Told, and not sent; the text stays where it is. */
  | { readonly kind: 'incomplete'; readonly command: SlashName; readonly what: SlashSubject }
  | { readonly kind: 'unknown'; readonly command: string }

/** Runs what is said with a slash in front. @returns a function that rejects with what the command rejects with */
export const useSlash = (
  room: RoomView,
  { onMembers, onLeave, onCommands, onInviting }: SlashActions & SlashProgress,
): ((text: string) => Promise<Spoken>) => {
  const client = useClient()
  return async (text) => {
    const slash = parseSlash(text, 'web', room.commands)
    switch (slash.kind) {
      case 'nothing':
        return { kind: 'done' }
      case 'text':
        return slash
      case 'incomplete':
        return { kind: 'incomplete', command: slash.name, what: slash.what }
      case 'unknown':
        return slash
      case 'run':
        switch (slash.name) {
          case 'invite':
            onInviting()
            await client.invite({ room: room.id, name: slash.argument })
            return { kind: 'invited', name: slash.argument }
          case 'members':
            onMembers()
            return { kind: 'done' }
          case 'leave':
            onLeave()
            return { kind: 'done' }
          case 'help':
          case 'quit':
            onCommands()
            return { kind: 'done' }
        }
    }
  }
}
