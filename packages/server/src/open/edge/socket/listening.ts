import type { Clock } from '../../../configuration.ts'
import { OpenRefusal } from '../../failure.ts'
import { type Hint, type Hints, tokenTopic, userTopic } from '../../hints.ts'
import type { Postman } from '../../mail/postman.ts'
import type { Guest } from './guest.ts'

export interface ListeningDependencies {
  readonly hints: Pick<Hints, 'subscribe'>
  readonly clock: Clock
}

const hear = (guest: Guest, postman: Postman, hint: Hint, nowMs: number): void => {
  switch (hint.kind) {
    case 'event':
      return guest.door.tell(hint.event, hint.payload)
    case 'mail':
      return postman.wake()
    case 'ended':
      guest.close(new OpenRefusal(guest.caller.expiresMs <= nowMs ? 'SESSION_EXPIRED' : 'UNAUTHORIZED'))
  }
}

/**
 * Whether a token hears anything: one that only sends does not, for it may lie on a machine that nobody watches.
 */
export const mayRead = ({ caller }: Guest): boolean => caller.scopes.includes('read')

/** Listens to what concerns whoever is at the socket; the answer ends that. */
export const listen = (
  guest: Guest,
  postman: Postman,
  { hints, clock }: ListeningDependencies,
): (() => void) => {
  const { user, tokenHash } = guest.caller
  const topics = [...(mayRead(guest) ? [userTopic(user.id)] : []), tokenTopic(tokenHash)]
  const ends = topics.map((topic) =>
    hints.subscribe(topic, (hint) => hear(guest, postman, hint, clock.nowMs())),
  )
  return () => {
    for (const end of ends) end()
  }
}
