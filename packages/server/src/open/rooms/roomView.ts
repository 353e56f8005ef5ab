import type { OpenRoom, RoomMessage } from '../store.ts'

export const listedRoom = (room: OpenRoom) => ({
  id: room.id,
  kind: 'classic',
  name: room.name,
  description: room.description,
  created_by: room.createdBy,
  created_at: new Date(room.createdMs).toISOString(),
  is_private: room.isPrivate,
})

/** A message as its members get it: what was sent, byte for byte, and who and when by the server's word. */
export const roomMessageView = (room: number, message: RoomMessage) => ({
  id: message.id,
  room_id: room,
  username: message.sender,
  sender: message.sender,
  encrypted_content: message.content,
  iv: message.ivText,
  message_hash: message.messageHash,
  timestamp: new Date(message.createdMs).toISOString(),
})
