import type { RoomView } from '@sotto/client'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { CommandMenu, useMenu } from '../../registry/CommandMenu.tsx'
import { useRegistry } from '../../registry/RegistryContext.tsx'
import { useCommand, useOffered, useWorkspace } from '../../registry/Workspace.tsx'
import { Avatar } from '../../ui/Avatar.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { keysNamed } from '../../ui/keyNames.ts'
import { hasMembers } from '../../client/standing.ts'
import styles from './ConversationHeader.module.css'

/** The commands that have a button of their own beside the name of the room. */
const Buttons = () => {
  const t = useTranslations()
  const { commands } = useRegistry()
  const { situation } = useWorkspace()
  const offered = useOffered()
  return commands.map((command) => {
    const one = command.button && offered(command)
    if (!command.button || !one) return null
    const { label, pressed } = command.button
    return (
      <IconButton
        key={one.id}
        className={styles.wide}
        label={label(t)}
        icon={one.icon}
        shortcut={one.keyNames.length > 0 ? keysNamed(...one.keyNames) : undefined}
        {...(pressed ? { 'aria-pressed': pressed(situation) } : {})}
        onClick={one.run}
      />
    )
  })
}

/** The name of the room and what can be done with it. */
export const ConversationHeader = ({
  room,
  connection,
}: {
  readonly room: RoomView
  readonly connection: ReactNode
}) => {
  const t = useTranslations('conversation')
  const rooms = useTranslations('rooms')
  const openness = useTranslations('openRoom')
  const { ways } = useWorkspace()
  const members = useCommand('members')
  const menu = useMenu('room')
  return (
    <header className={styles.header}>
      <IconButton className={styles.back} label={t('back')} icon="back" onClick={() => ways.toList()} />
      <Avatar id={room.id} name={room.name} shape="room" />
      <div className={styles.words}>
        <h1 className={styles.name} tabIndex={-1}>
          <bdi>{room.name === '' ? rooms('nameless.active') : room.name}</bdi>
        </h1>
        <p className={styles.under}>
          {members && (
            <button type="button" className={styles.count} onClick={members.run}>
              {t('memberCount', { count: room.memberCount })}
            </button>
          )}
          {hasMembers(room) && room.isOpen === true && (
            <span className={styles.tag} title={openness('tagHint')}>
              {openness('tag')}
            </span>
          )}
          <span className={styles.connection}>{connection}</span>
        </p>
      </div>
      <Buttons />
      <CommandMenu icon="more" label={t('more')} menu={menu} />
    </header>
  )
}
