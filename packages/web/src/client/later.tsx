import { useEffect } from 'react'
import type { ReactElement } from 'react'
import { loadPart } from './parts.ts'
import { observed, useObserved } from '../ui/observed.ts'
import { failureOf } from './failure.ts'
import type { Failure } from './failure.ts'

export type View<Props> = (props: Props) => ReactElement | null

type Part<Props> =
  | { readonly kind: 'awaited' }
  | { readonly kind: 'there'; readonly View: View<Props> }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** A component whose script comes when it is shown for the first time, or when it is asked for before. */
export interface Later<Props> {
  (props: Props): ReactElement | null
  /** Resolves when the script is there, or has not come. */
  load(): Promise<void>
}

interface Meanwhile<Props> {
  readonly isShown: (props: Props) => boolean
  /** Until the script is there. Default: nothing. */
  readonly Awaited?: View<object>
  readonly Failed: View<Props & { readonly failure: Failure }>
}

const all: (() => Promise<void>)[] = []

/** A part that did not come is asked for again when it is shown the next time. */
export const later = <Props extends object>(
  load: () => Promise<View<Props>>,
  { isShown, Awaited, Failed }: Meanwhile<Props>,
): Later<Props> => {
  const part = observed<Part<Props>>({ kind: 'awaited' })
  let loading: Promise<void> | undefined
  const attempt = async (): Promise<void> => {
    part.set({ kind: 'awaited' })
    try {
      part.set({ kind: 'there', View: await loadPart(load) })
    } catch (error) {
      part.set({ kind: 'failed', failure: failureOf(error) })
    }
    loading = undefined
  }
  const begin = async (): Promise<void> => {
    if (part.get().kind !== 'there') await (loading ??= attempt())
  }
  all.push(begin)
  const Shown = (props: Props) => {
    const now = useObserved(part, (known) => known)
    const shown = isShown(props)
    useEffect(() => {
      if (shown) void begin()
    }, [shown])
    switch (now.kind) {
      case 'there':
        return <now.View {...props} />
      case 'awaited':
        return shown && Awaited ? <Awaited /> : null
      case 'failed':
        return shown ? <Failed {...props} failure={now.failure} /> : null
    }
  }
  return Object.assign(Shown, { load: begin })
}

const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve())
    else setTimeout(resolve)
  })

/** Loads the other parts one after another while there is nothing else to do: they are there without a connection, too. */
export const loadTheRest = async (): Promise<void> => {
  for (const begin of all) {
    await idle()
    await begin()
  }
}
