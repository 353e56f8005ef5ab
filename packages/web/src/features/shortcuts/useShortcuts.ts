import { useEffect, useEffectEvent } from 'react'
import { isComposing } from '../../ui/isComposing.ts'
import { isMac } from '../../ui/keyNames.ts'
import { isWriting, shortcutOf } from './keys.ts'
import type { Shortcut } from './keys.ts'

/** Listens on the whole page, except while a dialog is open: what is behind it is out of reach for keys as well. */
export const useShortcuts = (perform: (shortcut: Shortcut) => void, enabled: boolean) => {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || isComposing(event) || event.getModifierState('AltGraph')) return
    const shortcut = shortcutOf(event, isWriting(event.target), isMac)
    if (shortcut === null) return
    event.preventDefault()
    perform(shortcut)
  })
  useEffect(() => {
    if (!enabled) return
    const listen = (event: KeyboardEvent) => pressed(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [enabled])
}
