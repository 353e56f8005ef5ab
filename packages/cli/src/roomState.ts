import { failures, type FailureCode, type MemberView, type RoomState, type RoomView } from '@sotto/client'
import { printableLine } from './printable.ts'

const withRule = (rule: string | null): string => (rule ? ` (rule ${printableLine(rule)})` : '')

/** What is special about a room, in a few plain words; nothing for one that simply works. */
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
    case 'repairing':
      return stepText[state.step]
    case 'frozen':
      return `frozen: ${failures[state.code].text}${withRule(state.rule)}`
    case 'refounded':
      return `continues in ${state.successor.slice(0, 8)}`
    case 'removed':
      return 'you are no longer a member'
    case 'left':
      return 'you left'
  }
}

const stepText = {
  reading: 'this device is reading what it missed',
  rejoining: 'this device is rejoining with new keys',
  asking: 'this device has asked to be let back in; a member with a higher role has to be online',
} as const satisfies Record<Extract<RoomState, { kind: 'repairing' }>['step'], string>

/** What is safe although a room has stopped. */
const safe = (code: FailureCode): string => {
  switch (code) {
    case 'fork':
      return 'What was received before is unchanged; nothing of the other history was added to it.'
    case 'server_rollback':
      return 'This device has kept what it received, and nothing that you wrote is lost.'
    case 'client_rollback':
      return 'What is stored here stays, and the others have everything that you sent.'
    case 'identity_changed':
      return 'Nothing was sent to the new identity. Ask the person over another channel whether it is theirs.'
    case 'storage_full':
      return 'You can still read what is stored. Free some space on this device.'
    default:
      return 'You can still read what was received before on this device.'
  }
}

type Frozen = Extract<RoomState, { kind: 'frozen' }>

const grouped = new Intl.NumberFormat('en')

/** How far a server has been given back what it had lost; nothing where that is not the matter. */
export const progressText = (state: RoomState): string =>
  state.kind === 'frozen' && state.handedBack
    ? `${grouped.format(state.handedBack.count)} of ${grouped.format(state.handedBack.lost)} lost entries have been given back`
    : ''

const handedBackText = (state: Frozen, next: NonNullable<Frozen['handedBack']>['next']): string => {
  const soFar = progressText(state)
  switch (next) {
    case 'here':
      return `${soFar}; the room continues once the server has them all.`
    case 'elsewhere':
      return `${soFar}. This device has not kept the ones that come next. Another device in the room may have them; it has to be online.`
  }
}

const refoundText = (remedy: Frozen['remedy'], id: string): string =>
  remedy === 'wait_or_refound'
    ? ` If no device has them any more: sotto room refound ${id}`
    : ` If no device has them any more, an owner has to start the room again.`

const remedyText = (room: RoomView, state: Frozen): string => {
  const { remedy, handedBack } = state
  const id = room.id.slice(0, 8)
  if (handedBack)
    return (
      handedBackText(state, handedBack.next) +
      (handedBack.next === 'elsewhere' ? refoundText(remedy, id) : '')
    )
  switch (remedy) {
    case 'wait':
      return 'You do not have to do anything: this device gives the server back what it has kept, and the room continues by itself.'
    case 'wait_or_refound':
      return `This device gives the server back what it has kept. If nobody has everything: sotto room refound ${id}`
    case 'rejoin':
      return `Try once more: sotto room rejoin ${id}`
    case 'refound':
      return `You are an owner and can start it again: sotto room refound ${id}`
    case 'ask_owner':
      return `Ask an owner (sotto room members ${id}): if it is frozen for them too, they can start it again. If it works for them, leave it here and have them remove you and invite you again.`
  }
}

/**
 * What has happened to a room that does not simply work, what is safe, and what to do about it; nothing where there is
 * nothing to say.
 */
export const troubleLines = (room: RoomView): readonly string[] => {
  const { state } = room
  switch (state.kind) {
    case 'frozen':
      return [safe(state.code), remedyText(room, state)]
    case 'repairing':
      return [
        `${failures[state.code].text}${withRule(state.rule)}.`,
        'What you write is sent as soon as this device is back in the room.',
      ]
    case 'refounded':
      return [
        'An owner has started it again, and this device is in the new room. You can still read this one.',
      ]
    case 'invited':
    case 'joining':
    case 'active':
    case 'behind':
    case 'removed':
    case 'left':
      return []
  }
}

/** The state as programs read it; documented in README.md, and stable. */
export const roomStateRecord = (state: RoomState): Readonly<Record<string, unknown>> => {
  switch (state.kind) {
    case 'invited':
      return { state: state.kind, inviter: state.inviter, kept: state.kept }
    case 'behind':
      return { state: state.kind, missing: state.missing }
    case 'repairing':
      return { state: state.kind, code: state.code, rule: state.rule, step: state.step }
    case 'frozen':
      return {
        state: state.kind,
        code: state.code,
        rule: state.rule,
        remedy: state.remedy,
        handedBack: state.handedBack,
      }
    case 'refounded':
      return { state: state.kind, successor: state.successor }
    case 'joining':
    case 'active':
    case 'removed':
    case 'left':
      return { state: state.kind }
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
