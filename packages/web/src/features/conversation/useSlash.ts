import { parseSlash, type RoomView, type SlashSubject } from '@sotto/client'
import type { ReactElement } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import { useRegistry } from '../../registry/RegistryContext.tsx'
import { useWorkspace } from '../../registry/Workspace.tsx'

/** What came of a text that was written. */
export type Spoken =
  /** To be sent. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'done' }
  /** Told, and not sent; the text stays where it is. */
  | { readonly kind: 'incomplete'; readonly command: string; readonly what: SlashSubject }
  | { readonly kind: 'unknown'; readonly command: string }

/**
 * Runs what is said with a slash in front.
 *
 * @param show has a note of the command shown under the field
 * @returns a function that rejects with what the command rejects with
 */
export const useSlash = (
  room: RoomView,
  show: (note: ReactElement) => void,
): ((text: string) => Promise<Spoken>) => {
  const client = useClient()
  const { ways } = useWorkspace()
  const { slashCommands } = useRegistry()
  return async (text) => {
    const slash = parseSlash(text, slashCommands, room.commands)
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
        await slash.run(slash.argument, { client, room, ways, show })
        return { kind: 'done' }
    }
  }
}
