import type { RoomState, RoomView } from '@sotto/client'

/** What a room lets its member do, whatever their role. */
export type Standing =
  /** Not a member yet, and never before. */
  | 'outside'
  /** Everything. */
  | 'open'
  /** What is written is sent later; nothing can be changed about the room until then. */
  | 'mending'
  /** Neither written nor changed; it is still one to be a member of, and to leave. */
  | 'stopped'
  /** Only read. */
  | 'over'

export const standingOf = (state: RoomState): Standing => {
  switch (state.kind) {
    case 'invited':
    case 'joining':
      return state.kept ? 'over' : 'outside'
    case 'active':
    case 'behind':
      return 'open'
    case 'repairing':
      return 'mending'
    case 'frozen':
      return 'stopped'
    case 'refounded':
    case 'removed':
    case 'left':
      return 'over'
  }
}

/** Whether the user is not in the room any more, and has not been invited back: it is kept only to be read. */
export const isEnded = (state: RoomState): boolean =>
  state.kind === 'left' || state.kind === 'removed' || state.kind === 'refounded'

/** Whether there is a list of members that this device is on. */
export const hasMembers = (room: RoomView | undefined): room is RoomView => {
  if (room === undefined) return false
  switch (standingOf(room.state)) {
    case 'open':
    case 'mending':
    case 'stopped':
      return true
    case 'outside':
    case 'over':
      return false
  }
}
