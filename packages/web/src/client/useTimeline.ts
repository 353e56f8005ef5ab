import type { TimelineItem } from '@sotto/client'
import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useClient } from './ClientContext.tsx'
import { failureOf } from './failure.ts'
import type { Failure } from './failure.ts'
import { openWindow, withChanges, withOlder, withoutItem, withoutOldest } from './timelineWindow.ts'
import type { TimelineWindow } from './timelineWindow.ts'

const pageItems = 60
const pageItemsMax = 500
const windowItemsMax = 4000
const windowItemsKept = 1000

export type TimelineState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'ready'; readonly window: TimelineWindow; readonly older: OlderState }

export type OlderState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }

type Step =
  | { readonly kind: 'opened'; readonly window: TimelineWindow }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'restarted' }
  | { readonly kind: 'older'; readonly older: OlderState }
  | {
      readonly kind: 'changed'
      readonly change: (window: TimelineWindow) => TimelineWindow
      readonly older?: OlderState
    }

const step = (state: TimelineState, action: Step): TimelineState => {
  switch (action.kind) {
    case 'opened':
      return { kind: 'ready', window: action.window, older: { kind: 'idle' } }
    case 'failed':
      return { kind: 'failed', failure: action.failure }
    case 'restarted':
      return { kind: 'loading' }
    case 'older':
      return state.kind === 'ready' ? { ...state, older: action.older } : state
    case 'changed':
      return state.kind === 'ready'
        ? { kind: 'ready', window: action.change(state.window), older: action.older ?? state.older }
        : state
  }
}

/**
 * Follows the timeline of a room from its newest items on. `atLeast` items are asked for first, so that what is
 * unread is there; older pages come by `loadOlder`.
 */
export const useTimeline = (room: string, atLeast: number) => {
  const client = useClient()
  const [state, dispatch] = useReducer(step, { kind: 'loading' })
  const [turn, setTurn] = useState(0)
  const busy = useRef(false)
  const firstLimit = useRef(Math.min(Math.max(pageItems, atLeast + pageItems / 2), pageItemsMax))

  useEffect(() => {
    let ended = false
    let opened = false
    let early: ((window: TimelineWindow) => TimelineWindow)[] = []
    const change = (next: (window: TimelineWindow) => TimelineWindow) => {
      if (opened) dispatch({ kind: 'changed', change: next })
      else early = [...early, next]
    }
    // Before the page is asked for: what happens in between would be lost otherwise.
    const unsubscribe = client.subscribe((event) => {
      switch (event.kind) {
        case 'state':
          return
        case 'timeline':
          if (event.room === room) change((window) => withChanges(window, event.items))
          return
        case 'discarded':
          if (event.room === room) change((window) => withoutItem(window, event.id))
      }
    })
    client.timeline({ room, limit: firstLimit.current }).then(
      (page) => {
        if (ended) return
        opened = true
        dispatch({ kind: 'opened', window: early.reduce((window, next) => next(window), openWindow(page)) })
      },
      (error: unknown) => {
        if (!ended) dispatch({ kind: 'failed', failure: failureOf(error) })
      },
    )
    return () => {
      ended = true
      unsubscribe()
    }
  }, [client, room, turn])

  const oldest = state.kind === 'ready' && state.window.more ? oldestSeq(state.window.items) : undefined
  const loadOlder = useCallback(async () => {
    if (oldest === undefined || busy.current) return
    busy.current = true
    dispatch({ kind: 'older', older: { kind: 'loading' } })
    try {
      const page = await client.timeline({ room, before: oldest, limit: pageItems })
      // At once and alone: the list can keep its place only when nothing else changes in the same render.
      flushSync(() =>
        dispatch({ kind: 'changed', change: (window) => withOlder(window, page), older: { kind: 'idle' } }),
      )
    } catch (error) {
      dispatch({ kind: 'older', older: { kind: 'failed', failure: failureOf(error) } })
    } finally {
      busy.current = false
    }
  }, [client, room, oldest])

  const reload = useCallback(() => {
    dispatch({ kind: 'restarted' })
    setTurn((turns) => turns + 1)
  }, [])

  const trim = useCallback(() => {
    dispatch({
      kind: 'changed',
      change: (window) =>
        window.items.length > windowItemsMax ? withoutOldest(window, windowItemsKept) : window,
    })
  }, [])

  return { state, loadOlder, reload, trim }
}

const oldestSeq = (items: readonly TimelineItem[]): number | undefined =>
  items.find((item) => item.seq !== null)?.seq ?? undefined
