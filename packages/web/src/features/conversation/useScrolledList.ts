import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'

/** Nearer to the end than this counts as being there. */
const endDistancePx = 48
/** Older messages are asked for this long before their end comes into view. */
const olderDistancePx = 1200

/** The list has found its size when it keeps it for so many frames. */
const settledFrames = 3
/** What stays visible above the row at which one begins. */
const startMarginPx = 24

const distanceToEnd = (handle: VirtualizerHandle): number =>
  handle.scrollSize - handle.viewportSize - handle.scrollOffset

const isWatched = (): boolean => document.visibilityState === 'visible' && document.hasFocus()

/**
 * Keeps a list of messages where its reader wants it: at the newest message while they are there, in its place while
 * they read further up. `seen` is told the index of the last row in view while somebody is looking.
 */
export const useScrolledList = (options: {
  readonly length: number
  /** The row to begin at, or null for the end. */
  readonly startIndex: number | null
  /** Changes when one has written something oneself: then the list goes to its end from wherever it is. */
  readonly ownTurn: string | null
  readonly onNearStart: () => void
  readonly onSeen: (index: number) => void
  readonly onAtEnd: () => void
}) => {
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const following = useRef(true)
  const offset = useRef(0)
  const settled = useRef(false)
  const [atEnd, setAtEnd] = useState(true)
  const { length, ownTurn } = options

  /**
   * By the element and not by `scrollToIndex`: that one puts itself back with every row that is measured in the next
   * moments, also when the reader has turned the wheel meanwhile. Rows measured later come through `onResize`.
   */
  const toEnd = () => {
    following.current = true
    const element = scroller.current
    if (element !== null) element.scrollTop = element.scrollHeight
  }

  const look = () => {
    const handle = list.current
    if (handle === null || length === 0) return
    const ended = distanceToEnd(handle) <= endDistancePx
    setAtEnd(ended)
    if (ended) options.onAtEnd()
    if (handle.scrollOffset < olderDistancePx) options.onNearStart()
    if (isWatched()) options.onSeen(handle.findItemIndex(handle.scrollOffset + handle.viewportSize - 1))
  }

  // Until the first rows have been measured, where the list is says nothing about where its reader wants it.
  useEffect(() => {
    let sizePx = -1
    let stillFrames = 0
    let frame = requestAnimationFrame(function watch() {
      const now = list.current?.scrollSize ?? -1
      stillFrames = now === sizePx ? stillFrames + 1 : 0
      sizePx = now
      settled.current = stillFrames >= settledFrames
      if (!settled.current) frame = requestAnimationFrame(watch)
    })
    return () => cancelAnimationFrame(frame)
  }, [])

  /** Whoever moves up, be it by a pixel, wants to stay there: what is measured meanwhile must not pull them back. */
  const follow = () => {
    const handle = list.current
    if (handle === null || !settled.current) return
    const movedUp = handle.scrollOffset < offset.current
    offset.current = handle.scrollOffset
    following.current = distanceToEnd(handle) <= (movedUp ? 1 : endDistancePx)
  }

  const onScroll = () => {
    follow()
    look()
  }

  const onResize = () => {
    // The list tells what it has measured before its element has the new height.
    if (following.current)
      queueMicrotask(() => {
        if (following.current) toEnd()
      })
    else follow()
    look()
  }

  const begin = useEffectEvent(() => {
    if (options.startIndex === null) return toEnd()
    following.current = false
    list.current?.scrollToIndex(options.startIndex, { align: 'start', offset: -startMarginPx })
  })
  useLayoutEffect(() => begin(), [])

  const grow = useEffectEvent(() => {
    if (following.current) toEnd()
    look()
  })
  useLayoutEffect(() => grow(), [length])

  const write = useEffectEvent(() => {
    if (ownTurn !== null) toEnd()
  })
  useLayoutEffect(() => write(), [ownTurn])

  const watch = useEffectEvent(() => look())
  useEffect(() => {
    const listen = () => watch()
    addEventListener('focus', listen)
    document.addEventListener('visibilitychange', listen)
    return () => {
      removeEventListener('focus', listen)
      document.removeEventListener('visibilitychange', listen)
    }
  }, [])

  return { scroller, list, atEnd, toEnd, onScroll, onResize }
}
