import { createContext, useCallback, useContext, useEffect, useState } from 'react'
import type { ReactNode } from 'react'

const Announce = createContext<(text: string) => void>(() => undefined)

const livePlace = (): HTMLElement => {
  const place = document.createElement('div')
  place.className = 'visuallyHidden'
  place.setAttribute('role', 'status')
  place.setAttribute('aria-live', 'polite')
  place.setAttribute('aria-atomic', 'true')
  return place
}

/**
 * The one live region of the page. Lists must not be live themselves: a virtual list adds and removes elements while
 * it scrolls, and a screen reader would read all of that out. Its elements are none of React's, so that a page from
 * which somebody else removes them goes on.
 */
export const Announcer = ({ children }: { readonly children: ReactNode }) => {
  const [place] = useState(livePlace)
  useEffect(() => {
    document.body.append(place)
    return () => place.remove()
  }, [place])
  const announce = useCallback(
    (text: string) => {
      if (!place.isConnected) document.body.append(place)
      // A new element each time, so that the same words twice are said twice.
      const said = document.createElement('span')
      said.textContent = text
      place.replaceChildren(said)
    },
    [place],
  )
  return <Announce value={announce}>{children}</Announce>
}

/** @returns a function that has a text read out once, when the screen reader has finished its sentence */
export const useAnnounce = () => useContext(Announce)
