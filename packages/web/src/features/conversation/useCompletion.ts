import { completedText, type Completion, completionsOf, type RoomView } from '@sotto/client'
import { useEffect, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useTranslations } from 'use-intl'
import { useRegistry } from '../../registry/RegistryContext.tsx'
import type { WebSlash } from '../../registry/slash.ts'
import { useAnnounce } from '../../ui/Announcer.tsx'

/** What has been done about the list, for one text; another text begins anew. */
interface Choice {
  readonly text: string
  readonly active: number
  readonly isClosed: boolean
}

/** Which commands a text may become, and the one among them that the keys have reached. */
export const useCompletion = (room: RoomView, text: string, take: (text: string) => void) => {
  const t = useTranslations('composer')
  const announce = useAnnounce()
  const { slashCommands } = useRegistry()
  const [isFocused, setFocused] = useState(false)
  const [choice, setChoice] = useState<Choice>({ text: '', active: 0, isClosed: false })
  const { active, isClosed } = choice.text === text ? choice : { active: 0, isClosed: false }
  const completions = isFocused && !isClosed ? completionsOf(text, slashCommands, room.commands) : []
  const count = completions.length

  useEffect(() => {
    if (count > 0) announce(t('commandsCount', { count }))
  }, [count, t, announce])

  const completed = (completion: Completion<WebSlash>): string =>
    completedText(completion, slashCommands, room.commands)
  const complete = (completion: Completion<WebSlash>): void => take(completed(completion))

  /** @returns whether the key was for the list */
  const onKey = (event: KeyboardEvent): boolean => {
    const chosen = completions[active]
    if (chosen === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false
    switch (event.key) {
      case 'ArrowDown':
        setChoice({ text, active: (active + 1) % count, isClosed: false })
        return true
      case 'ArrowUp':
        setChoice({ text, active: (active + count - 1) % count, isClosed: false })
        return true
      case 'Escape':
        setChoice({ text, active: 0, isClosed: true })
        return true
      case 'Enter':
        // What stands there in full already is said, not completed.
        if (completed(chosen).trimEnd() === text) return false
        complete(chosen)
        return true
      case 'Tab':
        complete(chosen)
        return true
      default:
        return false
    }
  }
  return { completions, active, onKey, complete, setFocused }
}
