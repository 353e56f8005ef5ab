import { hasSomethingToSee, isEmptyDraft, type RoomView, textOf } from '@sotto/client'
import { memo } from 'react'
import type { ReactNode } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { Avatar } from '../../ui/Avatar.tsx'
import { nearness } from '../../ui/calendar.ts'
import { classes } from '../../ui/classes.ts'
import { Icon } from '../../ui/Icon.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Link } from '../../ui/links.ts'
import type { Present } from '../../ui/present.ts'
import { Spinner } from '../../ui/Spinner.tsx'
import { glance } from '../../ui/times.ts'
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx'
import styles from './RoomListItem.module.css'
import { isEnded } from '../../client/standing.ts'

const previewCharactersMax = 160

interface RoomListItemProps {
  readonly room: RoomView
  readonly own: string
  readonly open: boolean
  /** The list is one stop of the tab key; this is the item it stops at. */
  readonly stop: boolean
  readonly present: Present
  readonly href: string
}

const previewOf = (text: string): string | undefined =>
  hasSomethingToSee(text) ? text.slice(0, previewCharactersMax) : undefined

const timeOf = (room: RoomView): number | null =>
  room.state.kind === 'invited' ? room.state.timeMs : (room.latest?.timeMs ?? null)

const Author = ({
  latest,
  own,
}: {
  readonly latest: NonNullable<RoomView['latest']>
  readonly own: string
}) => {
  const t = useTranslations()
  switch (latest.by) {
    case 'person':
      return <bdi>{latest.sender === own ? t('rooms.you') : latest.sender}</bdi>
    case 'hook':
      return <>{t.rich('hook.title', { name: latest.sender, ...isolated })}</>
  }
}

const usePreview = ({ room, own, open }: Pick<RoomListItemProps, 'room' | 'own' | 'open'>): ReactNode => {
  const t = useTranslations('rooms')
  switch (room.state.kind) {
    case 'invited':
      return room.state.inviter === null
        ? t('invitationPreview')
        : t.rich('invitationFrom', { name: room.state.inviter, ...isolated })
    case 'joining':
      return t('joining')
    case 'behind':
      return t('behind')
    case 'repairing':
      return (
        <>
          <Icon name="renew" size={14} /> {t('repairing')}
        </>
      )
    case 'frozen':
      return (
        <>
          <Icon name="snow" size={14} /> {t('frozen')}
        </>
      )
    case 'refounded':
    case 'removed':
    case 'left':
      return t(room.state.kind)
    case 'active':
      if (!isEmptyDraft(room.draft) && !open)
        return (
          <>
            <span className={styles.draft}>{t('draft')}</span>{' '}
            <bdi>{textOf(room.draft).slice(0, previewCharactersMax)}</bdi>
          </>
        )
      if (room.latest === null) return t('quiet')
      return (
        <>
          <Author latest={room.latest} own={own} />:{' '}
          <bdi>{previewOf(room.latest.text) ?? t('emptyPreview')}</bdi>
        </>
      )
  }
}

/** A room that cannot be named yet has a sign in place of its letter. */
const Picture = ({ room }: { readonly room: RoomView }) => {
  switch (room.state.kind) {
    case 'invited':
      return (
        <span className={styles.sign}>
          <Icon name="mail" />
        </span>
      )
    case 'joining':
      return (
        <span className={styles.sign}>
          <Spinner size={18} />
        </span>
      )
    case 'active':
    case 'behind':
    case 'repairing':
    case 'frozen':
    case 'refounded':
    case 'removed':
    case 'left':
      return <Avatar id={room.id} name={room.name} shape="room" />
  }
}

const Item = ({ room, own, open, stop, present, href }: RoomListItemProps) => {
  const t = useTranslations('rooms')
  const format = useFormatter()
  const preview = usePreview({ room, own, open })
  const invited = room.state.kind === 'invited'
  const timeMs = timeOf(room)
  const name = room.name === '' ? t(`nameless.${room.state.kind}`) : room.name
  return (
    <li>
      <Link
        href={href}
        className={classes(styles.item, room.unread > 0 && styles.unread)}
        aria-current={open ? 'page' : undefined}
        tabIndex={stop ? 0 : -1}
        data-room={room.id}
        data-over={isEnded(room.state)}
        draggable={false}
      >
        <Picture room={room} />
        <span className={styles.words}>
          <span className={styles.line}>
            <bdi className={styles.name}>{name}</bdi>
            {timeMs !== null && (
              <time className={styles.time} dateTime={new Date(timeMs).toISOString()}>
                {format.dateTime(timeMs, glance[nearness(timeMs, present.nowMs, present.timeZone)])}
              </time>
            )}
          </span>
          <span className={styles.line}>
            <span className={styles.preview}>{preview}</span>
            {room.unread > 0 && (
              <span className={styles.badge}>
                <span aria-hidden="true">{room.unread > 99 ? t('unreadMany') : room.unread}</span>
                <VisuallyHidden>{t('unread', { count: room.unread })}</VisuallyHidden>
              </span>
            )}
            {invited && <span className={styles.dot} aria-hidden="true" />}
          </span>
        </span>
      </Link>
    </li>
  )
}

/** A room is another object only when something of it reads differently. */
export const RoomListItem = memo(Item)
