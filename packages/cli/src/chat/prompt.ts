import type { ClientState, ConnectionView } from '@sotto/client'
import { roomTitle } from '../roomName.ts'
import { progressText } from '../roomState.ts'

const connectionText = (connection: ConnectionView): string => {
  switch (connection.kind) {
    case 'online':
      return ''
    case 'connecting':
      return 'connecting'
    case 'offline':
      return 'offline'
    case 'refused':
      return 'not the server that this device knows'
  }
}

/** What stands before the text being typed: the room, and what is the matter. */
export const promptOf = ({ rooms, connection }: ClientState, room: string, underWay: number): string => {
  const view = rooms.find(({ id }) => id === room)
  const remarks = [
    connectionText(connection),
    view ? progressText(view.state) : '',
    underWay > 0 ? `${underWay} on the way` : '',
  ]
  const inside = remarks.filter((text) => text !== '').join(', ')
  return `${view ? roomTitle(view) : room.slice(0, 8)}${inside ? ` (${inside})` : ''}> `
}
