import type { RoomView } from '@sotto/client'
import { useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { useAnswer, useCommand, useWorkspace } from '../../registry/Workspace.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { isComposing } from '../../ui/isComposing.ts'
import { IconButton } from '../../ui/IconButton.tsx'
import { keysNamed } from '../../ui/keyNames.ts'
import { Logo } from '../../ui/Logo.tsx'
import { useMedia } from '../../ui/useMedia.ts'
import { RoomList } from './RoomList.tsx'
import { roomsFound } from './roomsFound.ts'
import styles from './RoomSidebar.module.css'

/** Finds rooms by what is typed; Enter goes to the first of them. */
const FindField = ({
  found,
  query,
  onQuery,
}: {
  readonly found: readonly RoomView[]
  readonly query: string
  readonly onQuery: (query: string) => void
}) => {
  const t = useTranslations('rooms')
  const { ways } = useWorkspace()
  const compact = useMedia('(max-width: 719px)')
  const field = useRef<HTMLInputElement>(null)

  useAnswer('find', () => {
    // At once: the next letter comes before the next frame, and belongs to the field.
    if (!compact) return field.current?.focus()
    ways.toList()
    // On a phone the field is shown with the next frame.
    requestAnimationFrame(() => field.current?.focus())
  })

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isComposing(event.nativeEvent)) return
    const first = found[0]
    if (event.key === 'Enter' && first !== undefined) {
      event.preventDefault()
      ways.goTo(first.id)
      onQuery('')
    } else if (event.key === 'ArrowDown') {
      event.preventDefault()
      event.currentTarget.closest('nav')?.querySelector<HTMLElement>('[data-room]')?.focus()
    } else if (event.key === 'Escape' && query !== '') {
      event.stopPropagation()
      onQuery('')
    }
  }

  return (
    <div className={styles.find} role="search">
      <Icon name="search" size={18} />
      <input
        ref={field}
        className={styles.input}
        type="text"
        value={query}
        placeholder={t('find')}
        aria-label={t('find')}
        aria-keyshortcuts="Control+K Meta+K"
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        onChange={(event) => onQuery(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {query === '' ? (
        <kbd className={styles.key} aria-hidden="true">
          {keysNamed('Ctrl', 'K')}
        </kbd>
      ) : (
        <button
          className={styles.clear}
          type="button"
          aria-label={t('findClear')}
          onClick={() => onQuery('')}
        >
          <Icon name="close" size={16} />
        </button>
      )}
    </div>
  )
}

/** The rooms, how to find one and how to make one. `footer` is who is here and whether they are connected. */
export const RoomSidebar = ({
  rooms,
  own,
  open,
  alone,
  openRoom,
  footer,
}: {
  readonly rooms: readonly RoomView[]
  readonly own: string
  readonly open: string | null
  /** It is all there is on the screen, and so has its heading. */
  readonly alone: boolean
  /** Who is not in the open room of the server finds it here. */
  readonly openRoom: ReactNode
  readonly footer: ReactNode
}) => {
  const t = useTranslations()
  const create = useCommand('create')
  const [query, setQuery] = useState('')
  const found = roomsFound(rooms, query)

  return (
    <nav className={styles.sidebar} aria-label={t('rooms.label')}>
      <header className={styles.head}>
        <Logo size={28} />
        {alone ? (
          <h1 className={styles.word}>{t('product')}</h1>
        ) : (
          <span className={styles.word}>{t('product')}</span>
        )}
        {create && (
          <IconButton
            label={create.label}
            icon={create.icon}
            tone="accent"
            shortcut={keysNamed(...create.keyNames)}
            onClick={create.run}
          />
        )}
      </header>
      {rooms.length > 0 && <FindField found={found} query={query} onQuery={setQuery} />}
      <div className={styles.rooms}>
        {query === '' && openRoom}
        <RoomList rooms={found} own={own} open={open} searched={query !== ''} />
        {query !== '' && found.length === 0 && (
          <p className={styles.none} role="status">
            {t('rooms.none')}
          </p>
        )}
      </div>
      <footer className={styles.foot}>{footer}</footer>
    </nav>
  )
}
