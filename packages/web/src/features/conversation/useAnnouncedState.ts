import type { RoomState } from '@sotto/client'
import { useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { useAnnounce } from '../../ui/Announcer.tsx'
import { troubleOf } from '../../client/trouble.ts'

/** A change of these is worth a word; how much a room is behind is not. */
const stageOf = (state: RoomState): string => (state.kind === 'repairing' ? state.step : state.kind)

/** Has it read out by a screen reader when a room stops, is being mended, or goes on. */
export const useAnnouncedState = (state: RoomState) => {
  const t = useTranslations('conversation')
  const happened = useTranslations('trouble.happened')
  const announce = useAnnounce()
  const before = useRef(state)

  useEffect(() => {
    const last = before.current
    before.current = state
    if (stageOf(last) === stageOf(state)) return
    switch (state.kind) {
      case 'repairing':
        return announce(t(`repairing.${state.step}`))
      case 'frozen':
        return announce(`${t('frozenTitle')} ${happened(troubleOf(state.code, state.rule))}`)
      case 'refounded':
        return announce(t('refoundedTitle'))
      case 'removed':
      case 'left':
        return announce(t(`${state.kind}Text`))
      case 'active':
      case 'behind':
        if (last.kind === 'repairing' || last.kind === 'frozen') announce(t('repairedText'))
        return
      case 'invited':
      case 'joining':
    }
  }, [announce, happened, state, t])
}
