import {
  type AccountView,
  type ConnectionView,
  isOffered,
  type OpenRoomView,
  type RoomView,
} from '@sotto/client'
import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'
import { useTranslations } from 'use-intl'
import { useClientState } from '../client/ClientContext.tsx'
import { useAccountPreferences } from '../client/preferences/useAccountPreferences.ts'
import { standingOf } from '../client/standing.ts'
import { ConnectionBanner } from '../features/connection/ConnectionBanner.tsx'
import { ConnectionStatus } from '../features/connection/ConnectionStatus.tsx'
import { OpenRoomItem } from '../features/openRoom/OpenRoomItem.tsx'
import { RoomSidebar } from '../features/rooms/RoomSidebar.tsx'
import { AccountMenu } from '../features/settings/AccountMenu.tsx'
import { SetupNotice } from '../features/setup/SetupNotice.tsx'
import { useShortcuts } from '../features/shortcuts/useShortcuts.ts'
import { useRegistry } from '../registry/RegistryContext.tsx'
import { useWorkspace, WorkspaceProvider } from '../registry/Workspace.tsx'
import { IconButton } from '../ui/IconButton.tsx'
import { Region } from '../ui/Region.tsx'
import { useMedia } from '../ui/useMedia.ts'
import { MainPart } from './MainPart.tsx'
import { frontDialog, Screens } from './Screens.tsx'
import { useWorkspaceOf } from './useWorkspaceOf.ts'
import styles from './Workspace.module.css'

/** Whether it has a conversation to show, with a header of its own. */
const isOpen = (room: RoomView | null): boolean => room !== null && standingOf(room.state) !== 'outside'

/** Whoever has waited for the open room is in it when it opens, unless another room is being read meanwhile. */
const useArrival = (openRoom: OpenRoomView | null, openId: string | null) => {
  const { ways } = useWorkspace()
  const hasWaited = useRef(false)
  useEffect(() => {
    if (openRoom?.standing === 'waiting') hasWaited.current = true
    if (openRoom?.standing !== 'inside' || !hasWaited.current) return
    hasWaited.current = false
    if (openId === null) ways.goTo(openRoom.room)
  }, [openRoom, openId, ways])
}

/** What had the focus may be gone with the screen it was on, or with the address that opened a dialog. */
const useKeptFocus = (main: RefObject<HTMLElement | null>, openId: string | null, dialog: string | null) => {
  useEffect(() => {
    if (dialog === null && document.activeElement === document.body)
      main.current?.focus({ preventScroll: true })
  }, [main, openId, dialog])
}

const Banner = ({ connection }: { readonly connection: ConnectionView }) => (
  <Region>
    <div className={styles.setup}>
      <SetupNotice />
    </div>
    <ConnectionBanner connection={connection} />
  </Region>
)

const Frame = ({ connection }: { readonly connection: ConnectionView }) => {
  const t = useTranslations()
  const openRoom = useClientState((state) => state.openRoom ?? null)
  const { situation, ways } = useWorkspace()
  const { screens } = useRegistry()
  const { rooms, room, roomId: openId, opened, account } = situation
  const compact = useMedia('(max-width: 719px)')
  const mainPart = useRef<HTMLElement>(null)
  const dialog = frontDialog(screens, opened)
  useShortcuts(dialog === null)
  useArrival(openRoom, openId)
  useKeptFocus(mainPart, openId, dialog)

  // Whoever is invited into it finds it as an invitation.
  const isInvited = rooms.some(({ id, state }) => id === openRoom?.room && state.kind === 'invited')
  const outside = openRoom && isOffered(openRoom) && !isInvited ? openRoom : null
  // With no rooms yet there is nothing to choose from: on a phone, the welcome stands in place of the list.
  const pane = openId !== null || rooms.length === 0 ? 'main' : 'list'
  const listAlone = compact && pane === 'list'
  const status = <ConnectionStatus connection={connection} />

  return (
    <div className={styles.workspace} data-pane={pane}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          if (!ways.ask('write')) mainPart.current?.focus()
        }}
      >
        {t('rooms.skip')}
      </a>
      <div className={styles.list} {...(listAlone ? { role: 'main' } : {})}>
        <Region>
          <RoomSidebar
            rooms={rooms}
            own={account.name}
            open={openId}
            alone={listAlone}
            openRoom={outside && <OpenRoomItem room={outside} open={outside.room === openId} />}
            footer={<AccountMenu connection={status} />}
          />
        </Region>
      </div>
      <div className={styles.room}>
        <Banner connection={connection} />
        {openId !== null && !isOpen(room) && (
          <header className={styles.compactHead}>
            <IconButton label={t('rooms.toList')} icon="back" onClick={() => ways.toList()} />
            {status}
          </header>
        )}
        <main ref={mainPart} id="main" className={styles.main} tabIndex={-1}>
          <Region key={openId ?? 'none'}>
            <MainPart outside={outside} connection={connection} />
          </Region>
        </main>
        {pane === 'main' && openId === null && (
          <footer className={styles.compactFoot}>
            <AccountMenu connection={status} />
          </footer>
        )}
      </div>
      <Region>
        <Screens kind="panel" />
      </Region>
      <Region>
        <Screens kind="dialog" />
      </Region>
    </div>
  )
}

/** Everything behind the door: rooms on one side, one room on the other, and what the address opens over both. */
export const Workspace = ({
  account,
  connection,
}: {
  readonly account: Extract<AccountView, { kind: 'signed_in' }>
  readonly connection: ConnectionView
}) => {
  useAccountPreferences()
  return (
    <WorkspaceProvider value={useWorkspaceOf(account)}>
      <Frame connection={connection} />
    </WorkspaceProvider>
  )
}
