import type { Intent, Invitation, RoomState } from './state.ts'

/**
 * Commits (CL-2): the state that a commit leads to, its bytes and what it is for are stored before it is sent. It is
 * adopted when the log shows it, and dropped when the log shows another one; then the intent is applied anew.
 */
export type Purpose =
  | { readonly kind: 'intent'; readonly intent: Intent }
  /** People who are brought in by one commit, with one Welcome. */
  | { readonly kind: 'invitations'; readonly intents: readonly Invitation[] }
  /** What others have proposed: somebody has to commit it. */
  | { readonly kind: 'proposals' }
  /** Leaves that nobody may use any more are taken out before anything is said (CL-10). */
  | { readonly kind: 'dead' }
  /** The nodes above the own leaf get keys: until then everybody else pays for each leaf below them (`filling.ts`). */
  | { readonly kind: 'fill' }

/** What this device was asked for. */
export const intentsOf = (purpose: Purpose): readonly Intent[] => {
  switch (purpose.kind) {
    case 'intent':
      return [purpose.intent]
    case 'invitations':
      return purpose.intents
    case 'proposals':
    case 'dead':
    case 'fill':
      return []
  }
}

/** What nobody has asked this device for, so that any member may do it: one of them is enough. */
export const isChore = (purpose: Purpose, { intents }: RoomState): boolean => {
  switch (purpose.kind) {
    case 'proposals':
    case 'dead':
      return true
    case 'intent':
      return !intents.includes(purpose.intent)
    // The one was asked for, and for the other its turn was waited for already.
    case 'invitations':
    case 'fill':
      return false
  }
}

/** Whether a commit for this, with nothing in it, would be for nothing. */
export const isIdle = ({ kind }: Purpose): boolean => kind === 'proposals' || kind === 'dead'

/** Whether it tells newcomers of the room's metadata, or puts others in their place: for that they have to be known. */
export const needsMeta = (purpose: Purpose): boolean => {
  switch (purpose.kind) {
    case 'invitations':
      return true
    case 'intent':
      return ['invite', 'readd', 'openness'].includes(purpose.intent.kind)
    case 'proposals':
    case 'dead':
    case 'fill':
      return false
  }
}

type Invitations = Extract<Purpose, { kind: 'invitations' }>

export const firstHalf = ({ kind, intents }: Invitations): Invitations => ({
  kind,
  intents: intents.slice(0, Math.ceil(intents.length / 2)),
})
