import type { RoomView } from '@sotto/client'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { Avatar } from '../../ui/Avatar.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { keysNamed } from '../../ui/keyNames.ts'
import { Menu, MenuItem } from '../../ui/Menu.tsx'
import { hasMembers } from '../../client/standing.ts'
import styles from './ConversationHeader.module.css'

/** What can be done from a room; null where its state or the own role does not allow it. */
export interface ConversationActions {
  readonly onBack: () => void
  readonly onInvite: (() => void) | null
  readonly onMembers: () => void
  /** Opens the room to everybody on the server, or closes it; null for whoever may not. */
  readonly onOpenness: (() => void) | null
  readonly onLeave: () => void
  /** Erases the room from this device; null where one is in it. */
  readonly onDelete: (() => void) | null
}

/** The name of the room and what can be done with it. */
export const ConversationHeader = ({
  room,
  membersShown,
  connection,
  onBack,
  onInvite,
  onMembers,
  onOpenness,
  onLeave,
  onDelete,
}: ConversationActions & {
  readonly room: RoomView
  readonly membersShown: boolean
  readonly connection: ReactNode
}) => {
  const t = useTranslations('conversation')
  const rooms = useTranslations('rooms')
  const openness = useTranslations('openRoom')
  const member = hasMembers(room)
  return (
    <header className={styles.header}>
      <IconButton className={styles.back} label={t('back')} icon="back" onClick={onBack} />
      <Avatar id={room.id} name={room.name} shape="room" />
      <div className={styles.words}>
        <h1 className={styles.name} tabIndex={-1}>
          <bdi>{room.name === '' ? rooms('nameless.active') : room.name}</bdi>
        </h1>
        <p className={styles.under}>
          {member && (
            <button type="button" className={styles.count} onClick={onMembers}>
              {t('memberCount', { count: room.memberCount })}
            </button>
          )}
          {member && room.isOpen === true && (
            <span className={styles.tag} title={openness('tagHint')}>
              {openness('tag')}
            </span>
          )}
          <span className={styles.connection}>{connection}</span>
        </p>
      </div>
      {onInvite && (
        <IconButton
          className={styles.wide}
          label={t('invite')}
          icon="invite"
          shortcut={keysNamed('Ctrl', 'Shift', 'A')}
          onClick={onInvite}
        />
      )}
      {member && (
        <>
          <IconButton
            className={styles.wide}
            label={t('members')}
            icon="people"
            shortcut={keysNamed('Ctrl', '.')}
            aria-pressed={membersShown}
            onClick={onMembers}
          />
          <Menu icon="more" label={t('more')}>
            {onInvite && (
              <MenuItem icon="invite" onSelect={onInvite}>
                {t('beginInvite')}
              </MenuItem>
            )}
            <MenuItem icon="people" onSelect={onMembers}>
              {t('members')}
            </MenuItem>
            {onOpenness && (
              <MenuItem icon={room.isOpen === true ? 'lock' : 'people'} onSelect={onOpenness}>
                {openness(room.isOpen === true ? 'close' : 'open')}
              </MenuItem>
            )}
            <MenuItem icon="leave" danger onSelect={onLeave}>
              {rooms('leave')}
            </MenuItem>
          </Menu>
        </>
      )}
      {onDelete && (
        <Menu icon="more" label={t('more')}>
          <MenuItem icon="trash" danger onSelect={onDelete}>
            {rooms('delete')}
          </MenuItem>
        </Menu>
      )}
    </header>
  )
}
