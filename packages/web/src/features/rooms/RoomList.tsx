import type { RoomView } from '@sotto/client'
import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useTranslations } from 'use-intl'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { usePresent } from '../../ui/present.ts'
import { DeclineAll } from './DeclineAll.tsx'
import { listed } from './neighbour.ts'
import { RoomListItem } from './RoomListItem.tsx'
import styles from './RoomList.module.css'

/** Moves the focus from room to room. */
const moveWithin = (list: HTMLElement, event: KeyboardEvent): void => {
  const links = [...list.querySelectorAll<HTMLElement>('[data-room]')]
  const at = links.findIndex((link) => link === document.activeElement)
  const target = {
    ArrowDown: links[Math.min(at + 1, links.length - 1)],
    ArrowUp: links[Math.max(at - 1, 0)],
    Home: links[0],
    End: links.at(-1),
  }[event.key]
  if (target === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  target.focus()
}

const Fold = ({
  count,
  unfolded,
  onFold,
}: {
  readonly count: number
  readonly unfolded: boolean
  readonly onFold: () => void
}) => {
  const t = useTranslations('rooms')
  return (
    <button type="button" className={styles.fold} aria-expanded={unfolded} onClick={onFold}>
      <Icon name="chevron" size={14} />
      {t('endedCount', { count })}
    </button>
  )
}

/**
 * Invitations, rooms, and behind a button those that are kept only to be read. The rooms are one stop of the tab key; the
 * arrows move inside.
 */
export const RoomList = ({
  rooms: all,
  own,
  open,
  searched,
}: {
  readonly rooms: readonly RoomView[]
  readonly own: string
  readonly open: string | null
  /** What was found is shown, wherever it stands. */
  readonly searched: boolean
}) => {
  const t = useTranslations('rooms')
  const list = useRef<HTMLDivElement>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const [unfolded, setUnfolded] = useState(false)
  const present = usePresent()
  const { pathTo } = useWorkspace()

  const { invitations, rooms, ended } = listed(all)
  const endedShown = unfolded || searched ? ended : ended.filter(({ id }) => id === open)
  const shown = [...invitations, ...rooms, ...endedShown]
  const has = (id: string | null) => id !== null && shown.some((room) => room.id === id)
  const stop = [focused, open].find(has) ?? shown[0]?.id

  useEffect(() => {
    list.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest' })
  }, [open])

  const items = (part: readonly RoomView[]) =>
    part.map((room) => (
      <RoomListItem
        key={room.id}
        room={room}
        own={own}
        open={room.id === open}
        stop={room.id === stop}
        present={present}
        href={pathTo(room.id)}
      />
    ))

  return (
    <div
      ref={list}
      className={styles.lists}
      onKeyDown={(event) => list.current && moveWithin(list.current, event)}
      onFocus={(event) =>
        setFocused(event.target.closest<HTMLElement>('[data-room]')?.dataset['room'] ?? null)
      }
    >
      {invitations.length > 0 && (
        <section aria-labelledby="invitations-title">
          <h2 className={styles.title} id="invitations-title">
            {t('invitations')}
          </h2>
          <ul className={styles.list}>{items(invitations)}</ul>
          {invitations.length > 1 && <DeclineAll />}
        </section>
      )}
      {rooms.length > 0 && (
        <section aria-labelledby="rooms-title">
          <h2 className={styles.title} id="rooms-title">
            {t('label')}
          </h2>
          <ul className={styles.list}>{items(rooms)}</ul>
        </section>
      )}
      {ended.length > 0 && (
        <section aria-labelledby="ended-title">
          <h2 className={styles.title} id="ended-title">
            {searched ? (
              t('ended')
            ) : (
              <Fold count={ended.length} unfolded={unfolded} onFold={() => setUnfolded(!unfolded)} />
            )}
          </h2>
          {endedShown.length > 0 && <ul className={styles.list}>{items(endedShown)}</ul>}
        </section>
      )}
    </div>
  )
}
