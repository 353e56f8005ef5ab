import type { ReactionView } from '@sotto/client'
import { useEffect, useMemo } from 'react'
import type { SpokenItem } from '../../registry/messageAction.ts'
import { useObserved } from '../../ui/observed.ts'
import { arrived, pending, settle, withPending } from './pending.ts'

const none: readonly ReactionView[] = []

/** The reactions of a message, with those of one's own that are on their way; none is where nothing can be said any more. */
export const useReactions = (item: SpokenItem, isOpen: boolean): readonly ReactionView[] => {
  const known = item.kind === 'message' ? (item.reactions ?? none) : none
  const all = useObserved(pending, (now) => now)
  useEffect(() => {
    for (const one of arrived(all, item.id, known)) settle(one)
  }, [all, item.id, known])
  return useMemo(() => (isOpen ? withPending(known, all, item.id) : known), [isOpen, known, all, item.id])
}
