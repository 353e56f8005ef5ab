import { limits, moment, roomId, struct, text, type TypeOf } from '@sotto/protocol'
import { storedRow } from '../account/profile.ts'

/**
 * That the user wants to come into the open room, kept until it is so: stored before the server is asked, so that a crash
 * in between leaves a wish that the next connection asks for (rule OPEN-8). The name is what the user was shown.
 */
const wish = struct({ room: roomId, name: text(2 * limits.roomNameCharactersMax), sinceMs: moment })
export type Wish = TypeOf<typeof wish>

export const wishRow = storedRow('openroom/wish', wish, 'forgotten')
