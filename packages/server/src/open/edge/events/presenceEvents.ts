import { openEvents as e } from '../../events.ts'
import type { Presence } from '../../presence.ts'
import { type Handler, none, on } from './handler.ts'

export interface PresenceEventServices {
  readonly presence: Pick<Presence, 'say'>
}

export const presenceEvents = ({ presence }: PresenceEventServices): readonly Handler[] => [
  on(e.join, async (_input, { caller }) => (presence.say('user_joined', caller.user), none)),
  on(e.leave, async (_input, { caller }) => (presence.say('user_left', caller.user), none)),
  on(e.userLogin, async (_input, { caller }) => (presence.say('user_online', caller.user), none)),
]
