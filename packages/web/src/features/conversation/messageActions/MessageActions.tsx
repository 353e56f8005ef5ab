import type { RoomView } from '@sotto/client'
import { createContext, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../../client/ClientContext.tsx'
import { failureOf } from '../../../client/failure.ts'
import type { Failure } from '../../../client/failure.ts'
import type { Act, MessageAction, MessageTarget, SpokenItem } from '../../../registry/messageAction.ts'
import { useRegistry } from '../../../registry/RegistryContext.tsx'
import { useAnnounce } from '../../../ui/Announcer.tsx'
import { observed } from '../../../ui/observed.ts'
import type { Observed } from '../../../ui/observed.ts'
import { noAttention } from './attention.ts'
import type { Attention, OpenedBy } from './attention.ts'

/** What became of the last action. */
export type Outcome =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** What can be done with the messages of a room, and with which of them it is being done. */
export interface MessageActions {
  readonly attention: Observed<Attention>
  readonly outcome: Observed<Outcome>
  /** Null where the message is not on the screen any more. */
  target(id: string): MessageTarget | null
  /** The room that the messages are of. */
  room(): RoomView
  offered(id: string): readonly MessageAction[]
  /** Does something about a message; what a rejection says is shown below the messages. */
  act(id: string, work: Parameters<Act>[0]): void
  /** `anchor` is where a panel of the action stands. */
  perform(action: MessageAction, id: string, anchor: HTMLElement, by: OpenedBy): void
}

const Context = createContext<MessageActions | null>(null)

export const useMessageActions = (): MessageActions => {
  const actions = useContext(Context)
  if (actions === null) throw new Error('there are no message actions around this component')
  return actions
}

const saidMs = 4000

/** Surrounds the messages of a room. What it gives never changes, so that a row is drawn again only for itself. */
export const MessageActionsProvider = ({
  room,
  find,
  children,
}: {
  readonly room: RoomView
  readonly find: (id: string) => SpokenItem | null
  readonly children: ReactNode
}) => {
  const client = useClient()
  const t = useTranslations()
  const announce = useAnnounce()
  const { messageActions } = useRegistry()
  const latest = useRef({ room, find })
  useLayoutEffect(() => {
    latest.current = { room, find }
  })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const [attention] = useState(() => observed(noAttention))
  const [outcome] = useState(() => observed<Outcome>({ kind: 'nothing' }))

  const actions = useMemo((): MessageActions => {
    const target = (id: string): MessageTarget | null => {
      const item = latest.current.find(id)
      return item === null ? null : { room: latest.current.room, item }
    }
    const say = (text: string): void => {
      outcome.set({ kind: 'said', text })
      announce(text)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => outcome.set({ kind: 'nothing' }), saidMs)
    }
    const attempt = async (act: () => Promise<void>): Promise<void> => {
      try {
        await act()
      } catch (error) {
        clearTimeout(timer.current)
        outcome.set({ kind: 'failed', failure: failureOf(error) })
      }
    }
    const act: MessageActions['act'] = (id, work) => {
      const found = target(id)
      if (found === null) return
      outcome.set({ kind: 'nothing' })
      void attempt(async () => work(found, { client, t, say }))
    }
    return {
      attention,
      outcome,
      target,
      room: () => latest.current.room,
      act,
      offered: (id) => {
        const found = target(id)
        return found === null ? [] : messageActions.filter(({ isOffered }) => isOffered(found))
      },
      perform: ({ id: action, deed }, id, anchor, by) => {
        if (target(id) === null) return
        switch (deed.kind) {
          case 'act':
            return act(id, deed.act)
          case 'panel':
            attention.set({ ...attention.get(), opened: { kind: 'panel', id, anchor, by, action } })
        }
      },
    }
  }, [announce, attention, client, messageActions, outcome, t])
  return <Context value={actions}>{children}</Context>
}
