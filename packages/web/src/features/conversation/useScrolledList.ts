import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'

/** Nearer to the end than this counts as being there. */
const endDistancePx = 48
/** Further messages are asked for this long before their end comes into view. */
const pageDistancePx = 1200
/** The list has found its size when it keeps it for so many frames. */
const settledFrames = 3
/** Sizes are fractions of a pixel, places are not. */
const roundingPx = 1

const distanceToEnd = (handle: VirtualizerHandle): number =>
  handle.scrollSize - handle.viewportSize - handle.scrollOffset

const isWatched = (): boolean => document.visibilityState === 'visible' && document.hasFocus()

/** A row, and how far the upper edge of the view is below its own. */
export interface RowPlace {
  readonly index: number
  readonly offsetPx: number
}

/** Rows whose end is in view: of a row that is higher than the view, its end is what is seen last. */
export interface Shown {
  readonly first: number
  readonly last: number
  /** Somebody is looking: the page is visible and has the focus. */
  readonly isWatched: boolean
}

/**
 * What is on the screen, by the elements themselves: where a list believes its rows to be it has guessed, as long as it
 * has not measured them.
 */
const shownIn = (scroller: HTMLElement): Shown | null => {
  const view = scroller.getBoundingClientRect()
  const endPx = Math.min(view.bottom, innerHeight) + roundingPx
  const rows = [...scroller.querySelectorAll<HTMLElement>('[data-row]')].flatMap((row) => {
    const { bottom, height } = row.getBoundingClientRect()
    const isSeen = height > 0 && bottom > view.top && bottom <= endPx
    return isSeen && row.closest('li')?.style.visibility !== 'hidden' ? [Number(row.dataset['row'])] : []
  })
  const first = Math.min(...rows)
  // A row that is not drawn yet is a gap: what lies behind it is seen at the next look.
  let last = first - 1
  for (const row of rows.toSorted((one, other) => one - other)) if (row === last + 1) last = row
  return last < first ? null : { first, last, isWatched: isWatched() }
}

export interface ListOptions {
  readonly length: number
  /** The row to begin at, or null for the end. */
  readonly start: RowPlace | null
  /** There is more beyond the last row: the end of the list is not where one stays. */
  readonly hasNewer: boolean
  /** Changes when one has written something oneself: then the list goes to its end from wherever it is. */
  readonly ownTurn: string | null
  readonly onNearStart: () => void
  readonly onNearEnd: () => void
  readonly onShown: (shown: Shown) => void
  readonly onAtEnd: () => void
  /** The row at or after this one that will be found again, by which a place is told. */
  readonly anchorAt: (index: number) => number
  /** Where the reader is; at the end, to which the list follows, also while more comes. */
  readonly onPlace: (place: RowPlace, isAtEnd: boolean) => void
}

/** Keeps a list of messages where its reader wants it: at the newest one while they are there, else in its place. */
export const useScrolledList = (options: ListOptions) => {
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const following = useRef(options.start === null)
  const offset = useRef(0)
  const settled = useRef(false)
  const [atEnd, setAtEnd] = useState(true)
  const { length, ownTurn, hasNewer } = options

  /**
   * By the element and not by `scrollToIndex`: that one puts itself back with every row that is measured in the next
   * moments, also when the reader has turned the wheel meanwhile. Rows measured later come through `onResize`.
   */
  const toEnd = () => {
    following.current = !hasNewer
    const element = scroller.current
    if (element !== null) element.scrollTop = element.scrollHeight
  }

  const see = useNextFrame(() => {
    const shown = scroller.current === null ? null : shownIn(scroller.current)
    if (shown !== null) options.onShown(shown)
  })

  const look = () => {
    const handle = list.current
    if (handle === null || length === 0) return
    const toEndPx = distanceToEnd(handle)
    const ended = toEndPx <= endDistancePx && !hasNewer
    setAtEnd(ended)
    if (ended) options.onAtEnd()
    // Until then the list is on its way to a row by its index, which an older page would change.
    if (settled.current && handle.scrollOffset < pageDistancePx) options.onNearStart()
    if (settled.current && hasNewer && toEndPx < pageDistancePx) options.onNearEnd()
    see()
  }

  /** Whoever moves up, be it by a pixel, wants to stay there: what is measured meanwhile must not pull them back. */
  const follow = () => {
    const handle = list.current
    if (handle === null || !settled.current) return
    const movedUp = handle.scrollOffset < offset.current
    offset.current = handle.scrollOffset
    following.current = !hasNewer && distanceToEnd(handle) <= (movedUp ? 1 : endDistancePx)
    const index = options.anchorAt(handle.findItemIndex(handle.scrollOffset))
    const offsetPx = handle.scrollOffset - handle.getItemOffset(index)
    options.onPlace({ index, offsetPx }, following.current)
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
    if (options.start === null) return toEnd()
    const { index, offsetPx } = options.start
    list.current?.scrollToIndex(index, { align: 'start', offset: offsetPx })
  })
  useLayoutEffect(() => begin(), [])

  const grow = useEffectEvent(() => {
    if (following.current) toEnd()
    look()
  })
  useLayoutEffect(() => grow(), [length])

  const written = useRef(ownTurn)
  const write = useEffectEvent(() => {
    if (ownTurn !== written.current) toEnd()
    written.current = ownTurn
  })
  useLayoutEffect(() => write(), [ownTurn])

  // A reader who turns no wheel has a place, too.
  useSettling(list, settled, () => {
    if (length > 0) follow()
    look()
  })
  useWatching(useEffectEvent(() => look()))

  return { scroller, list, atEnd, toEnd, onScroll, onResize }
}

/** Until the first rows have been measured, where the list is says nothing about where its reader wants it. */
const useSettling = (
  list: { readonly current: VirtualizerHandle | null },
  settled: { current: boolean },
  onSettled: () => void,
) => {
  const tell = useEffectEvent(onSettled)
  useEffect(() => {
    let sizePx = -1
    let stillFrames = 0
    let frame = requestAnimationFrame(function watch() {
      const now = list.current?.scrollSize ?? -1
      stillFrames = now === sizePx ? stillFrames + 1 : 0
      sizePx = now
      settled.current = stillFrames >= settledFrames
      if (settled.current) tell()
      else frame = requestAnimationFrame(watch)
    })
    return () => cancelAnimationFrame(frame)
  }, [list, settled])
}

/** Looks again when somebody comes back to the page. */
const useWatching = (look: () => void) => {
  const watch = useEffectEvent(look)
  useEffect(() => {
    const listen = () => watch()
    addEventListener('focus', listen)
    document.addEventListener('visibilitychange', listen)
    return () => {
      removeEventListener('focus', listen)
      document.removeEventListener('visibilitychange', listen)
    }
  }, [])
}

/** @returns a function that has `act` done once with the next frame, when what is to be drawn has been drawn */
const useNextFrame = (act: () => void): (() => void) => {
  const frame = useRef<number | null>(null)
  const latest = useRef(act)
  useLayoutEffect(() => {
    latest.current = act
  })
  useEffect(
    () => () => {
      if (frame.current !== null) cancelAnimationFrame(frame.current)
      frame.current = null
    },
    [],
  )
  return () => {
    frame.current ??= requestAnimationFrame(() => {
      frame.current = null
      latest.current()
    })
  }
}
