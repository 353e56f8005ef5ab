import type { ConnectionView, OpenRoomView } from '@sotto/client'
import { standingOf } from '../client/standing.ts'
import { ConnectionStatus } from '../features/connection/ConnectionStatus.tsx'
import { Conversation } from '../features/conversation/Conversation.tsx'
import { InvitationNotice } from '../features/invitations/InvitationNotice.tsx'
import { InvitationScreen } from '../features/invitations/InvitationScreen.tsx'
import { FirstRoom } from '../features/openRoom/FirstRoom.tsx'
import { OpenRoomScreen } from '../features/openRoom/OpenRoomScreen.tsx'
import { NoRoom } from '../features/rooms/NoRoom.tsx'
import { useWorkspace } from '../registry/Workspace.tsx'

/** What stands beside the list: the room of the address, or what is there in its place. */
export const MainPart = ({
  outside,
  connection,
}: {
  /** The open room of the server, for who is not in it. */
  readonly outside: OpenRoomView | null
  readonly connection: ConnectionView
}) => {
  const { rooms, room, roomId } = useWorkspace().situation
  const isOnline = connection.kind === 'online'
  if (roomId === null)
    return rooms.length === 0 ? <FirstRoom online={isOnline} /> : <NoRoom kind="none_open" />
  if (room === null)
    return outside?.room === roomId ? (
      <OpenRoomScreen room={outside} online={isOnline} />
    ) : (
      <NoRoom kind="unknown" />
    )
  switch (standingOf(room.state)) {
    case 'outside':
      return <InvitationScreen key={room.id} room={room} />
    case 'open':
    case 'mending':
    case 'stopped':
    case 'over':
      return (
        <Conversation
          key={room.id}
          room={room}
          offline={!isOnline}
          connection={<ConnectionStatus connection={connection} />}
          invitation={<InvitationNotice room={room} />}
        />
      )
  }
}
