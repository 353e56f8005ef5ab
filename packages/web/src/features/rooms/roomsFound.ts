import type { RoomView } from '@sotto/client'

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()

/** Rooms whose name, or whose inviter's, contains every word that was typed; accents and case do not matter. */
export const roomsFound = (rooms: readonly RoomView[], query: string): readonly RoomView[] => {
  const words = folded(query)
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return rooms
  return rooms.filter((room) => {
    const inviter = room.state.kind === 'invited' ? (room.state.inviter ?? '') : ''
    const text = folded(`${room.name} ${inviter}`)
    return words.every((word) => text.includes(word))
  })
}
