import type { Client, RoomView } from '@sotto/client'
import type { Output } from './output.ts'
import { roomTitle } from './roomName.ts'
import { roomStateRecord, roomStateText, troubleLines } from './roomState.ts'

/** Says on standard error what keeps a room back as it is now, what is safe and what to do; nothing of one that works. */
export const tellTrouble = (client: Client, { id }: RoomView, output: Output): void => {
  const room = client.state().rooms.find((one) => one.id === id)
  if (room?.state.kind !== 'frozen' && room?.state.kind !== 'repairing') return
  const lines = troubleLines(room)
  const text = `sotto: ${roomTitle(room)}: ${[roomStateText(room.state), ...lines].join('\n  ')}`
  output.notice({ room: room.id, ...roomStateRecord(room.state) }, text)
}
