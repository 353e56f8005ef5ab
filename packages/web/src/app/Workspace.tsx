import { type AccountView, type ConnectionView, isOffered, type RoomView } from '@sotto/client'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useLocation, useRoute } from 'wouter'
import { useClientState } from '../client/ClientContext.tsx'
import { ConnectionBanner } from '../features/connection/ConnectionBanner.tsx'
import { ConnectionStatus } from '../features/connection/ConnectionStatus.tsx'
import { Conversation } from '../features/conversation/Conversation.tsx'
import type { ConversationHandle } from '../features/conversation/Conversation.tsx'
import { SetupNotice } from '../features/setup/SetupNotice.tsx'
import { InvitationNotice } from '../features/invitations/InvitationNotice.tsx'
import { InvitationScreen } from '../features/invitations/InvitationScreen.tsx'
import { InviteDialog } from '../features/invitations/InviteDialog.tsx'
import { MembersPanel } from '../features/members/MembersPanel.tsx'
import { mayInvite } from '../client/rights.ts'
import { useMembers } from '../client/useMembers.ts'
import { OpenRoomItem } from '../features/openRoom/OpenRoomItem.tsx'
import { OpenRoomScreen } from '../features/openRoom/OpenRoomScreen.tsx'
import { OpennessDialog } from '../features/openRoom/OpennessDialog.tsx'
import { RefoundDialog } from '../features/refounding/RefoundDialog.tsx'
import { CreateRoomDialog } from '../features/rooms/CreateRoomDialog.tsx'
import { DeleteRoomDialog } from '../features/rooms/DeleteRoomDialog.tsx'
import { FirstRoom } from '../features/openRoom/FirstRoom.tsx'
import { LeaveRoomDialog } from '../features/rooms/LeaveRoomDialog.tsx'
import { listed, neighbour } from '../features/rooms/neighbour.ts'
import { NoRoom } from '../features/rooms/NoRoom.tsx'
import { RoomSidebar } from '../features/rooms/RoomSidebar.tsx'
import { hasMembers, isEnded, standingOf } from '../client/standing.ts'
import { AboutDialog } from '../features/settings/AboutDialog.tsx'
import { AccountMenu } from '../features/settings/AccountMenu.tsx'
import type { SettingsPage } from '../features/settings/AccountMenu.tsx'
import { SettingsDialog } from '../features/settings/SettingsDialog.tsx'
import { SignOutDialog } from '../features/settings/SignOutDialog.tsx'
import type { Shortcut } from '../features/shortcuts/keys.ts'
import { CommandsDialog } from '../features/shortcuts/CommandsDialog.tsx'
import { ShortcutsDialog } from '../features/shortcuts/ShortcutsDialog.tsx'
import { useShortcuts } from '../features/shortcuts/useShortcuts.ts'
import { TokensDialog } from '../features/tokens/TokensDialog.tsx'
import { IconButton } from '../ui/IconButton.tsx'
import { Region } from '../ui/Region.tsx'
import { useMedia } from '../ui/useMedia.ts'
import styles from './Workspace.module.css'

type Opened =
  | 'nothing'
  | 'create'
  | 'invite'
  | 'openness'
  | 'leave'
  | 'delete'
  | 'refound'
  | 'commands'
  | SettingsPage

/** Whether it has a conversation to show, with a header of its own. */
const isOpen = (room: RoomView | undefined): boolean =>
  room !== undefined && standingOf(room.state) !== 'outside'

/** Everything behind the door: rooms on one side, one room on the other, and the dialogs over both. */
export const Workspace = ({
  account,
  connection,
}: {
  readonly account: Extract<AccountView, { kind: 'signed_in' }>
  readonly connection: ConnectionView
}) => {
  const t = useTranslations()
  const rooms = useClientState((state) => state.rooms)
  const openRoom = useClientState((state) => state.openRoom ?? null)
  const [, navigate] = useLocation()
  const [, params] = useRoute<{ id: string }>('/room/:id')
  const [opened, setOpened] = useState<Opened>('nothing')
  const [membersShown, setMembersShown] = useState(false)
  const wide = useMedia('(min-width: 1180px)')
  const compact = useMedia('(max-width: 719px)')
  const findField = useRef<HTMLInputElement>(null)
  const mainPart = useRef<HTMLElement>(null)
  const conversation = useRef<ConversationHandle>(null)

  const openId = params?.id ?? null
  const room = rooms.find((one) => one.id === openId)
  const parts = listed(rooms)
  const ordered = [...parts.invitations, ...parts.rooms, ...parts.ended]
  // With the keys one goes through the rooms that one is in, and out of any other.
  const steps = ordered.filter(({ id, state }) => !isEnded(state) || id === openId)

  const { members, reload } = useMembers(
    hasMembers(room) ? room.id : null,
    room?.memberCount ?? 0,
    membersShown,
  )
  const role = members.kind === 'ready' ? members.members.find(({ own }) => own)?.role : undefined
  const changeable = role !== undefined && room !== undefined && standingOf(room.state) === 'open'

  const goTo = (id: string | undefined) => {
    if (id !== undefined) navigate(`/room/${id}`)
  }
  const toList = () => navigate('/')
  const close = () => setOpened('nothing')
  const invite = changeable && mayInvite(role) ? () => setOpened('invite') : null
  const openness = changeable && role === 'owner' ? () => setOpened('openness') : null
  const created = (id: string) => {
    close()
    goTo(id)
  }

  const perform = (shortcut: Shortcut) => {
    switch (shortcut) {
      case 'help':
        return setOpened('shortcuts')
      case 'find':
        // At once: the next letter comes before the next frame, and belongs to the field.
        if (!compact) return findField.current?.focus()
        toList()
        // On a phone the field is shown with the next frame.
        requestAnimationFrame(() => findField.current?.focus())
        return
      case 'next':
        return goTo(neighbour(steps, openId, 'down')?.id)
      case 'previous':
        return goTo(neighbour(steps, openId, 'up')?.id)
      case 'next_unread':
        return goTo(neighbour(ordered, openId, 'down', (one) => one.unread > 0)?.id)
      case 'create':
        return setOpened('create')
      case 'invite':
        return invite?.()
      case 'members':
        if (hasMembers(room)) setMembersShown(!membersShown)
        return
      case 'latest':
        return conversation.current?.toLatest()
    }
  }
  useShortcuts(perform, opened === 'nothing')

  // Whoever has waited for the open room is in it when it opens, unless another room is being read meanwhile.
  const hasWaited = useRef(false)
  useEffect(() => {
    if (openRoom?.standing === 'waiting') hasWaited.current = true
    if (openRoom?.standing !== 'inside' || !hasWaited.current) return
    hasWaited.current = false
    if (openId === null) navigate(`/room/${openRoom.room}`)
  }, [openRoom, openId, navigate])

  // What had the focus may be gone with the screen it was on.
  useEffect(() => {
    if (document.activeElement === document.body) mainPart.current?.focus({ preventScroll: true })
  }, [openId])

  const isOnline = connection.kind === 'online'
  // Whoever is invited into it finds it as an invitation.
  const isInvited = parts.invitations.some(({ id }) => id === openRoom?.room)
  const outside = openRoom && isOffered(openRoom) && !isInvited ? openRoom : null
  const status = <ConnectionStatus connection={connection} />
  const banner = (
    <>
      <div className={styles.setup}>
        <SetupNotice />
      </div>
      <ConnectionBanner connection={connection} />
    </>
  )

  const main = () => {
    if (openId === null)
      return rooms.length === 0 ? (
        <FirstRoom
          name={account.name}
          online={isOnline}
          onCreated={created}
          onCreate={() => setOpened('create')}
        />
      ) : (
        <NoRoom kind="none_open" onBack={toList} />
      )
    if (room === undefined)
      return outside?.room === openId ? (
        <OpenRoomScreen room={outside} online={isOnline} />
      ) : (
        <NoRoom kind="unknown" onBack={toList} />
      )
    switch (standingOf(room.state)) {
      case 'outside':
        return <InvitationScreen key={room.id} room={room} onDeclined={toList} />
      case 'open':
      case 'mending':
      case 'stopped':
      case 'over':
        return (
          <Conversation
            key={room.id}
            ref={conversation}
            room={room}
            offline={connection.kind !== 'online'}
            membersShown={membersShown}
            connection={status}
            invitation={<InvitationNotice room={room} />}
            onBack={toList}
            onInvite={invite}
            onMembers={() => setMembersShown(!membersShown)}
            onOpenness={openness}
            onLeave={() => setOpened('leave')}
            onDelete={standingOf(room.state) === 'over' ? () => setOpened('delete') : null}
            onCommands={() => setOpened('commands')}
            onRefound={() => setOpened('refound')}
          />
        )
    }
  }

  // With no rooms yet there is nothing to choose from: on a phone, the welcome stands in place of the list.
  const pane = openId !== null || rooms.length === 0 ? 'main' : 'list'
  const listAlone = compact && pane === 'list'

  return (
    <div className={styles.workspace} data-pane={pane}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          if (conversation.current === null) mainPart.current?.focus()
          else conversation.current.write()
        }}
      >
        {t('rooms.skip')}
      </a>
      <div className={styles.list} {...(listAlone ? { role: 'main' } : {})}>
        <Region>
          <RoomSidebar
            rooms={ordered}
            own={account.name}
            open={openId}
            alone={listAlone}
            findField={findField}
            onCreate={() => setOpened('create')}
            openRoom={outside && <OpenRoomItem room={outside} open={outside.room === openId} />}
            footer={
              <AccountMenu
                name={account.name}
                account={account.account}
                connection={status}
                onOpen={setOpened}
              />
            }
          />
        </Region>
      </div>
      <div className={styles.room}>
        <Region>{banner}</Region>
        {openId !== null && !isOpen(room) && (
          <header className={styles.compactHead}>
            <IconButton label={t('rooms.toList')} icon="back" onClick={toList} />
            {status}
          </header>
        )}
        <main ref={mainPart} id="main" className={styles.main} tabIndex={-1}>
          <Region key={openId ?? 'none'}>{main()}</Region>
        </main>
        {pane === 'main' && openId === null && (
          <footer className={styles.compactFoot}>
            <AccountMenu
              name={account.name}
              account={account.account}
              connection={status}
              onOpen={setOpened}
            />
          </footer>
        )}
      </div>
      <Region>
        {hasMembers(room) && (
          <MembersPanel
            room={room}
            members={members}
            place={wide ? 'beside' : 'over'}
            open={membersShown}
            onClose={() => {
              setMembersShown(false)
              conversation.current?.write()
            }}
            onReload={() => void reload()}
            onInvite={() => {
              // The list is over the room where it is not beside it: it makes way.
              if (!wide) setMembersShown(false)
              setOpened('invite')
            }}
          />
        )}
      </Region>
      <Region>
        <CreateRoomDialog open={opened === 'create'} onClose={close} onCreated={created} />
        {hasMembers(room) && (
          <>
            <InviteDialog room={room} open={opened === 'invite'} onClose={close} />
            <OpennessDialog room={room} open={opened === 'openness'} onClose={close} />
            <RefoundDialog room={room} open={opened === 'refound'} onClose={close} onRefounded={created} />
            <LeaveRoomDialog room={room} open={opened === 'leave'} onClose={close} onLeft={close} />
          </>
        )}
        {room !== undefined && (
          <DeleteRoomDialog
            room={room}
            open={opened === 'delete'}
            onClose={close}
            onDeleted={() => {
              close()
              toList()
            }}
          />
        )}
        <SettingsDialog
          name={account.name}
          server={account.server}
          open={opened === 'settings'}
          onClose={close}
          onTokens={() => setOpened('tokens')}
        />
        <TokensDialog server={account.server} open={opened === 'tokens'} onClose={close} />
        <AboutDialog open={opened === 'about'} onClose={close} />
        <CommandsDialog offered={room?.commands ?? []} open={opened === 'commands'} onClose={close} />
        <ShortcutsDialog open={opened === 'shortcuts'} onClose={close} />
        <SignOutDialog name={account.name} open={opened === 'sign_out'} onClose={close} />
      </Region>
    </div>
  )
}
