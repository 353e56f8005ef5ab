import { useEffect, useMemo, useRef } from 'react'
import { useLocation } from 'wouter'
import { addressOf, pathOf, withOpened, withoutOpened } from '../registry/address.ts'
import type { Address } from '../registry/address.ts'
import { useRegistry } from '../registry/RegistryContext.tsx'
import { besideQuery } from '../registry/screen.ts'
import type { Ways } from '../registry/situation.ts'
import { useMedia } from '../ui/useMedia.ts'

/** What the history keeps of a step that has opened something: the way back from it closes that. */
interface OpenedHere {
  readonly opened: string
}

const hasOpened = (state: unknown, name: string): boolean =>
  typeof state === 'object' && state !== null && (state as OpenedHere).opened === name

/** The address of the page as a place in the workspace, and the ways that lead from it. */
export const useAddress = () => {
  const [path, navigate] = useLocation()
  const { screens } = useRegistry()
  const wide = useMedia(besideQuery)
  const address = useMemo(() => addressOf(path), [path])
  // The way back takes a moment, and is gone once.
  const leaving = useRef<string | null>(null)
  useEffect(() => {
    leaving.current = null
  }, [path])

  return useMemo(() => {
    const isPanel = (name: string) => screens.some((one) => one.name === name && one.kind === 'panel')
    /** What stays open: panels, where they stand beside the room; over it, they make way. */
    const stays = ({ opened }: Address) => (wide ? opened.filter(isPanel) : [])
    const pathTo = (room: string) => pathOf({ room, opened: stays(address) })
    const ways: Omit<Ways, 'ask'> = {
      open: (name) => {
        if (address.opened.at(-1) === name) return
        const dialogs = address.opened.filter((one) => !isPanel(one))
        const base = { room: address.room, opened: [...stays(address), ...dialogs] }
        const state: OpenedHere = { opened: name }
        navigate(pathOf(withOpened(base, name)), { state })
      },
      close: (name) => {
        if (!address.opened.includes(name) || leaving.current === path) return
        leaving.current = path
        if (hasOpened(history.state, name)) history.back()
        else navigate(pathOf(withoutOpened(address, name)), { replace: true })
      },
      goTo: (room, how) => navigate(pathTo(room), { replace: how === 'instead' }),
      toList: (how) => navigate('/', { replace: how === 'instead' }),
    }
    return { address, pathTo, ways }
  }, [address, navigate, path, screens, wide])
}
