import {
  openWindow,
  queryForNewer,
  queryForOlder,
  withEvent,
  withNewer,
  withOlder,
  withoutNewest,
  withoutOldest,
} from '@sotto/client'
import type { ClientEvent, TimelineItem, TimelinePlace, TimelineWindow } from '@sotto/client'
import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useClient } from './ClientContext.tsx'
import { failureOf } from './failure.ts'
import type { Failure } from './failure.ts'

const pageItems = 60
/** What is loaded above the place at which one begins. */
const contextItems = 30
/** What is held of a room at any time, however much of it is read in one go. */
const windowItemsMax = 600
/** What comes in at the end of an open room is let go of in portions. */
const windowItemsSlack = 200

export type TimelineState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | ReadyTimeline

export interface ReadyTimeline {
  readonly kind: 'ready'
  readonly window: TimelineWindow
  readonly older: PageState
  readonly newer: PageState
  /** Another one with each opening: the list begins anew. */
  readonly turn: number
  readonly opening: TimelinePlace
  /** The last message that was written here, and is on its way, since the room was opened. */
  readonly ownTurn: string | null
}

export type PageState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }

const idle: PageState = { kind: 'idle' }

type Change = (window: TimelineWindow) => TimelineWindow

type Step =
  | {
      readonly kind: 'opened'
      readonly window: TimelineWindow
      readonly turn: number
      readonly opening: TimelinePlace
    }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'restarted' }
  | { readonly kind: 'written'; readonly id: string }
  | { readonly kind: 'page'; readonly which: 'older' | 'newer'; readonly page: PageState }
  | { readonly kind: 'changed'; readonly change: Change; readonly loaded?: 'older' | 'newer' }

const step = (state: TimelineState, action: Step): TimelineState => {
  switch (action.kind) {
    case 'opened':
      return {
        ...action,
        kind: 'ready',
        older: idle,
        newer: idle,
        ownTurn: state.kind === 'ready' ? state.ownTurn : null,
      }
    case 'failed':
      return { kind: 'failed', failure: action.failure }
    case 'restarted':
      return { kind: 'loading' }
    case 'written':
      return state.kind === 'ready' ? { ...state, ownTurn: action.id } : state
    case 'page':
      return state.kind === 'ready' ? { ...state, [action.which]: action.page } : state
    case 'changed': {
      if (state.kind !== 'ready') return state
      const loaded = action.loaded === undefined ? {} : { [action.loaded]: idle }
      return { ...state, ...loaded, window: action.change(state.window) }
    }
  }
}

/** Above the end a whole page, above any other place a part of one. */
const olderItems = (at: TimelinePlace): number => (at === 'newest' ? pageItems : contextItems)

/** The message of one's own that an event tells of for the first time. */
const writtenIn = (event: ClientEvent, room: string, known: Set<string>): string | null => {
  if (event.kind !== 'timeline' || event.room !== room) return null
  const isFresh = (item: TimelineItem): boolean =>
    item.kind === 'message' && item.sender.own && item.seq === null && !known.has(item.id)
  const fresh = event.items.findLast(isFresh)
  if (fresh !== undefined) known.add(fresh.id)
  return fresh?.id ?? null
}

/** Follows the timeline of a room from where it is opened; other pages come by `loadOlder` and `loadNewer`. */
export const useTimeline = (room: string, first: TimelinePlace) => {
  const client = useClient()
  const [state, dispatch] = useReducer(step, { kind: 'loading' })
  const written = useRef(new Set<string>())
  const [opened, setOpened] = useState({ turn: 0, opening: first })

  useEffect(() => {
    let hasEnded = false
    let hasOpened = false
    let early: readonly Change[] = []
    // Before the page is asked for: what happens in between would be lost otherwise.
    const unsubscribe = client.subscribe((event) => {
      if (event.kind === 'state') return
      const change: Change = (window) => withEvent(window, room, event)
      const id = writtenIn(event, room, written.current)
      if (id !== null) dispatch({ kind: 'written', id })
      if (hasOpened) dispatch({ kind: 'changed', change })
      else early = [...early, change]
    })
    const at = opened.opening
    client.timelineAround({ room, at, older: olderItems(at), newer: pageItems }).then(
      (stretch) => {
        if (hasEnded) return
        hasOpened = true
        const now = early.reduce((before, change) => change(before), openWindow(stretch))
        dispatch({ kind: 'opened', window: now, ...opened })
      },
      (error: unknown) => {
        if (!hasEnded) dispatch({ kind: 'failed', failure: failureOf(error) })
      },
    )
    return () => {
      hasEnded = true
      unsubscribe()
    }
  }, [client, room, opened])

  const { loadOlder, loadNewer } = usePages(room, state, dispatch)

  /** Shows another part of the room; what is shown stays until that is there. */
  const reopen = useCallback(
    (opening: TimelinePlace) => setOpened(({ turn }) => ({ turn: turn + 1, opening })),
    [],
  )

  const reload = useCallback(() => {
    dispatch({ kind: 'restarted' })
    setOpened((before) => ({ ...before }))
  }, [])

  const trim = useCallback(() => {
    const change = (window: TimelineWindow) =>
      window.items.length > windowItemsMax + windowItemsSlack ? withoutOldest(window, windowItemsMax) : window
    dispatch({ kind: 'changed', change })
  }, [])

  return { state, loadOlder, loadNewer, reopen, reload, trim }
}

const usePages = (room: string, state: TimelineState, dispatch: (step: Step) => void) => {
  const client = useClient()
  const busy = useRef(false)
  const window = state.kind === 'ready' ? state.window : null
  const turn = state.kind === 'ready' ? state.turn : -1
  const currentTurn = useRef(turn)
  useEffect(() => {
    currentTurn.current = turn
  }, [turn])

  const oldest = window ? queryForOlder(window)?.before : undefined
  const newest = window ? queryForNewer(window)?.after : undefined

  const load = useCallback(
    async (which: 'older' | 'newer', query: { readonly before: number } | { readonly after: number }) => {
      if (busy.current) return
      busy.current = true
      dispatch({ kind: 'page', which, page: { kind: 'loading' } })
      try {
        const page = await client.timeline({ room, ...query, limit: pageItems })
        if (currentTurn.current !== turn) return
        const [extended, trimmed] =
          which === 'older' ? ([withOlder, withoutNewest] as const) : ([withNewer, withoutOldest] as const)
        // At once and alone: the list keeps its place only when one end of it changes in a render, and nothing else.
        flushSync(() =>
          dispatch({ kind: 'changed', change: (before) => extended(before, page), loaded: which }),
        )
        flushSync(() => dispatch({ kind: 'changed', change: (before) => trimmed(before, windowItemsMax) }))
      } catch (error) {
        if (currentTurn.current === turn)
          dispatch({ kind: 'page', which, page: { kind: 'failed', failure: failureOf(error) } })
      } finally {
        busy.current = false
      }
    },
    [client, room, turn, dispatch],
  )
  const loadOlder = useCallback(async () => {
    if (oldest !== undefined) await load('older', { before: oldest })
  }, [load, oldest])
  const loadNewer = useCallback(async () => {
    if (newest !== undefined) await load('newer', { after: newest })
  }, [load, newest])
  return { loadOlder, loadNewer }
}
