import type { TimelineItem, TimelineWindow } from '@sotto/client'
import { useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { useAnnounce } from '../../ui/Announcer.tsx'

const spokenCharactersMax = 240
const spokenMessagesMax = 3

interface Told {
  readonly hasNewer: boolean
  readonly seq: number
  readonly failed: ReadonlySet<string>
}

/** What has been told since the room was opened stands at its end, or beyond what of it is loaded. */
const liveIn = ({ items, hasNewer, beyond }: TimelineWindow): readonly TimelineItem[] =>
  hasNewer ? beyond : items

const toldOf = (items: readonly TimelineItem[], hasNewer: boolean): Told => ({
  hasNewer,
  seq: items.findLast((item) => item.seq !== null)?.seq ?? -1,
  failed: new Set(
    items.flatMap((item) => (item.kind === 'message' && item.delivery.kind === 'failed' ? [item.id] : [])),
  ),
})

interface Said {
  readonly name: string
  readonly text: string
}

/** How what is no person is called when it speaks. */
interface Spoken {
  bot(name: string): string
  hook(name: string): string
}

/** What others say: people by their names, bots and scripts as what they are. */
const saidIn = (item: TimelineItem, spoken: Spoken): readonly Said[] => {
  switch (item.kind) {
    case 'message': {
      const { own, isBot, name } = item.sender
      return own ? [] : [{ name: isBot ? spoken.bot(name) : name, text: item.text }]
    }
    case 'hook':
      return item.text === null ? [] : [{ name: spoken.hook(item.name), text: item.text }]
    case 'event':
    case 'missed':
    case 'unreadable':
      return []
  }
}

/** Has new messages of others, and own ones that were not sent, read out by a screen reader. */
export const useAnnouncedMessages = (window: TimelineWindow) => {
  const t = useTranslations('conversation')
  const hook = useTranslations('hook')
  const announce = useAnnounce()
  const told = useRef<Told | null>(null)

  useEffect(() => {
    const before = told.current
    const items = liveIn(window)
    told.current = toldOf(items, window.hasNewer)
    // A page that has been loaded is nothing new.
    if (before === null || before.hasNewer !== window.hasNewer) return
    const spokenAs: Spoken = {
      bot: (name) => t('botName', { name }),
      hook: (name) => hook('spoken', { name }),
    }
    const fresh = items.flatMap((item) => ((item.seq ?? -1) > before.seq ? saidIn(item, spokenAs) : []))
    const failed = [...told.current.failed].some((id) => !before.failed.has(id))
    const spoken =
      fresh.length > spokenMessagesMax
        ? [t('announceMany', { count: String(fresh.length) })]
        : fresh.map(({ name, text }) => t('announce', { name, text: text.slice(0, spokenCharactersMax) }))
    const all = failed ? [...spoken, t('notSent')] : spoken
    if (all.length > 0) announce(all.join('\n'))
  }, [window, t, hook, announce])
}
