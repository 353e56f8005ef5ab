import type { RoomView } from '@sotto/client'
import type { Output } from '../output.ts'
import { roomTitle } from '../roomName.ts'
import { roomStateRecord, roomStateText, troubleLines } from '../roomState.ts'

/** Tells each change of a room's state once, with what is safe and what to do; and that it is over. */
export const makeRoomNews = (output: Output, remark: (text: string) => void): ((view: RoomView) => void) => {
  let last = { text: '', next: '' }
  return (view) => {
    const { id: room, state } = view
    const text = roomStateText(state)
    // How far it is stands in the prompt; that another device is needed is new.
    const next = state.kind === 'frozen' ? (state.handedBack?.next ?? '') : ''
    if (text === last.text && next === last.next) return
    last = { text, next }
    const lines = text === '' ? ['connected again'] : [text, ...troubleLines(view)]
    if (output.format === 'human') remark(`${roomTitle(view)}: ${lines.join('\n  ')}`)
    else output.notice({ room, ...roomStateRecord(state) }, '')
  }
}
