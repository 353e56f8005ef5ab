import { createContext, useCallback, useContext, useState } from 'react'
import type { ReactNode } from 'react'

const Announce = createContext<(text: string) => void>(() => undefined)

/**
 * The one live region of the page. Lists must not be live themselves: a virtual list adds and removes elements while
 * it scrolls, and a screen reader would read all of that out.
 */
export const Announcer = ({ children }: { readonly children: ReactNode }) => {
  const [said, setSaid] = useState({ text: '', turn: 0 })
  const announce = useCallback((text: string) => setSaid(({ turn }) => ({ text, turn: turn + 1 })), [])
  return (
    <Announce value={announce}>
      {children}
      <div className="visuallyHidden" role="status" aria-live="polite" aria-atomic="true">
        {/* A new element each time, so that the same words twice are said twice. */}
        <span key={said.turn}>{said.text}</span>
      </div>
    </Announce>
  )
}

/** @returns a function that has a text read out once, when the screen reader has finished its sentence */
export const useAnnounce = () => useContext(Announce)
