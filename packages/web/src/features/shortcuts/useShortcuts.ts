import { useEffect, useEffectEvent } from 'react'
import { isPressed, isWriting } from '../../registry/keys.ts'
import { useRegistry } from '../../registry/RegistryContext.tsx'
import { useOffered } from '../../registry/Workspace.tsx'
import { isComposing } from '../../ui/isComposing.ts'
import { isMac } from '../../ui/keyNames.ts'

/**
 * Runs commands by their keys, on the whole page, except while a dialog is open: what is behind it is out of reach for
 * keys as well. The keys of a command that is not offered do nothing, also nothing of the browser's.
 */
export const useShortcuts = (enabled: boolean): void => {
  const { commands } = useRegistry()
  const offered = useOffered()
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || isComposing(event) || event.getModifierState('AltGraph')) return
    const writing = isWriting(event.target)
    const command = commands.find(({ keys = [] }) =>
      keys.some((one) => isPressed(one, event, writing, isMac)),
    )
    if (command === undefined) return
    event.preventDefault()
    offered(command)?.run()
  })
  useEffect(() => {
    if (!enabled) return
    const listen = (event: KeyboardEvent) => pressed(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [enabled])
}
