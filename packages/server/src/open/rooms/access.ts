import { refuse } from '../failure.ts'
import type { OpenRoom, OpenUser, RoomStore } from '../store.ts'

type Store = Pick<RoomStore, 'room' | 'membership'>

/** @throws OpenRefusal `ROOM_NOT_FOUND`: unknown and forbidden look alike */
export const seenBy = async (store: Store, user: OpenUser, id: number) => {
  const room = await store.room(id)
  if (!room) return refuse('ROOM_NOT_FOUND')
  const membership = await store.membership(id, user.id)
  if (room.isPrivate && membership === undefined) return refuse('ROOM_NOT_FOUND')
  return { room, membership }
}

/** @throws OpenRefusal `ROOM_NOT_FOUND`, `NOT_MEMBER` */
export const joined = async (store: Store, user: OpenUser, id: number): Promise<OpenRoom> => {
  const { room, membership } = await seenBy(store, user, id)
  return membership === 'joined' ? room : refuse('NOT_MEMBER')
}
