import type { OpenRoomView } from '@sotto/client'
import { Joining } from './Joining.tsx'
import styles from './OpenRoom.module.css'
import { useLookAround } from './useLookAround.ts'
import { Waiting } from './Waiting.tsx'

/** The open room in the place of a conversation: it becomes one when this account is in it. */
export const OpenRoomScreen = ({
  room,
  online,
}: {
  readonly room: OpenRoomView
  readonly online: boolean
}) => {
  useLookAround(online)
  return (
    <div className={styles.screen}>
      {room.standing === 'waiting' ? <Waiting room={room} /> : <Joining room={room} />}
    </div>
  )
}
