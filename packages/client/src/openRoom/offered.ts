import type { OpenRoomView } from '../view.ts'

/** Whether the user may ask to come into the open room, or has asked. */
export const isOffered = ({ standing }: OpenRoomView): boolean =>
  standing === 'outside' || standing === 'waiting'
