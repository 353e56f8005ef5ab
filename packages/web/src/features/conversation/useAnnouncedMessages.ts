import type { SenderView, TimelineItem } from '@sotto/client'
import { useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { useAnnounce } from '../../ui/Announcer.tsx'

const spokenCharactersMax = 240
const spokenMessagesMax = 3

interface Told {
  readonly seq: number
  readonly failed: ReadonlySet<string>
}

const toldOf = (items: readonly TimelineItem[]): Told => ({
  seq: items.findLast((item) => item.seq !== null)?.seq ?? -1,
  failed: new Set(
    items.flatMap((item) => (item.kind === 'message' && item.delivery.kind === 'failed' ? [item.id] : [])),
  ),
})

/** Has new messages of others, and own ones that were not sent, read out by a screen reader. */
export const useAnnouncedMessages = (items: readonly TimelineItem[]) => {
  const t = useTranslations('conversation')
  const announce = useAnnounce()
  const told = useRef<Told | null>(null)

  useEffect(() => {
    const before = told.current
    told.current = toldOf(items)
    if (before === null) return
    const fresh = items.flatMap((item) =>
      item.kind === 'message' && !item.sender.own && (item.seq ?? -1) > before.seq ? [item] : [],
    )
    const failed = [...told.current.failed].some((id) => !before.failed.has(id))
    const nameOf = ({ name, isBot }: SenderView): string => (isBot ? t('botName', { name }) : name)
    const spoken =
      fresh.length > spokenMessagesMax
        ? [t('announceMany', { count: String(fresh.length) })]
        : fresh.map((item) =>
            t('announce', { name: nameOf(item.sender), text: item.text.slice(0, spokenCharactersMax) }),
          )
    const all = failed ? [...spoken, t('notSent')] : spoken
    if (all.length > 0) announce(all.join('\n'))
  }, [items, t, announce])
}
