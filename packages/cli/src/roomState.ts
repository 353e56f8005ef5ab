import { failures, type MemberView, type RoomState } from '@sotto/client'
import { printableLine } from './printable.ts'

/** What is special about a room, in plain words; nothing for one that simply works. */
export const roomStateText = (state: RoomState): string => {
  switch (state.kind) {
    case 'active':
      return ''
    case 'invited':
      return state.inviter ? `invited by ${printableLine(state.inviter)}` : 'invited'
    case 'joining':
      return 'joining'
    case 'behind':
      return `catching up, ${state.missing} to read`
    case 'removed':
      return 'you are no longer a member'
    case 'frozen':
      return `frozen: ${failures[state.code].text}${state.rule ? ` (rule ${printableLine(state.rule)})` : ''}`
  }
}

export const identityText = (identity: MemberView['identity']): string => {
  switch (identity) {
    case 'unverified':
      return ''
    case 'verified':
      return 'verified'
    case 'changed':
      return 'identity has changed: ask them over another channel'
  }
}
