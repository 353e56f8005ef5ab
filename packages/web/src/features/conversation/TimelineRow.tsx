import type { TimelineItem } from '@sotto/client'
import type { ReactNode } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { useClientState } from '../../client/ClientContext.tsx'
import { nearness } from '../../ui/calendar.ts'
import { Icon } from '../../ui/Icon.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Link } from '../../ui/links.ts'
import { usePresent } from '../../ui/present.ts'
import { clock, dayName, moment } from '../../ui/times.ts'
import styles from './TimelineRow.module.css'

type Event = Extract<TimelineItem, { kind: 'event' }>

export const DayRow = ({ timeMs }: { readonly timeMs: number }) => {
  const t = useTranslations('conversation')
  const format = useFormatter()
  const { nowMs, timeZone } = usePresent()
  const near = nearness(timeMs, nowMs, timeZone)
  return (
    <div className={styles.day}>
      <h2 className={styles.dayName}>
        {near === 'today' || near === 'yesterday' ? t(near) : format.dateTime(timeMs, dayName[near])}
      </h2>
    </div>
  )
}

export const UnreadRow = () => {
  const t = useTranslations('conversation')
  return (
    <div className={styles.unread} role="separator" aria-label={t('unread')}>
      <span>{t('unread')}</span>
    </div>
  )
}

const useEventWords = (item: Event): ReactNode => {
  const t = useTranslations('conversation')
  const { event } = item
  const actor = item.actor.name
  if (item.actor.own)
    switch (event.kind) {
      case 'created':
      case 'left':
      case 'declined':
      case 'returned':
      case 'rejoined':
      case 'refounded':
        return t(`${event.kind}ByYou`)
      case 'objected':
        return t('objectedByYou', { rule: event.rule })
      case 'hook_added':
        return t.rich('hook_addedByYou', { name: event.name, reads: String(event.reads), ...isolated })
      case 'role':
        return t.rich('roleByYou', { name: event.name, role: event.role, ...isolated })
      case 'added':
      case 'removed':
      case 'renamed':
      case 'hook_removed':
        return t.rich(`${event.kind}ByYou`, { name: event.name, ...isolated })
    }
  switch (event.kind) {
    case 'created':
    case 'left':
    case 'declined':
    case 'returned':
    case 'rejoined':
    case 'refounded':
      return t.rich(event.kind, { actor, ...isolated })
    case 'objected':
      return t.rich('objected', { actor, rule: event.rule, ...isolated })
    case 'role':
      return t.rich('role', { actor, name: event.name, role: event.role, ...isolated })
    case 'hook_added':
      return t.rich('hook_added', { actor, name: event.name, reads: String(event.reads), ...isolated })
    case 'added':
    case 'removed':
    case 'renamed':
    case 'hook_removed':
      return t.rich(event.kind, { actor, name: event.name, ...isolated })
  }
}

/** Leads from a room that was founded anew to the one before it, where this device has that one. */
const EarlierRoom = ({ room }: { readonly room: string }) => {
  const t = useTranslations('conversation')
  const earlier = useClientState(({ rooms }) =>
    rooms.find(({ state }) => state.kind === 'refounded' && state.successor === room),
  )
  if (earlier === undefined) return null
  return (
    <Link href={`/room/${earlier.id}`} className={styles.link}>
      {t('refoundedLink')}
    </Link>
  )
}

export const EventRow = ({ room, item }: { readonly room: string; readonly item: Event }) => {
  const format = useFormatter()
  const words = useEventWords(item)
  const { kind } = item.event
  return (
    <p className={styles.event} data-event={kind}>
      {kind === 'objected' && <Icon name="warning" size={14} />}
      {words} {kind === 'refounded' && <EarlierRoom room={room} />}{' '}
      <time dateTime={new Date(item.timeMs).toISOString()} title={format.dateTime(item.timeMs, moment)}>
        {format.dateTime(item.timeMs, clock)}
      </time>
    </p>
  )
}

export const UnreadableRow = ({ count }: { readonly count: number }) => {
  const t = useTranslations('conversation')
  return (
    <p className={styles.unreadable}>
      <Icon name="unreadable" size={16} />
      {t('unreadable', { count })}
    </p>
  )
}
