import { normalizeName } from '@sotto/protocol'
import { fail } from './failure.ts'

/**
 * The one form of a name under which somebody is pinned, signed for and sealed to: everybody else's view of `Bob` is `bob`.
 * Whoever is named by a caller goes through here once, at the entrance.
 *
 * @throws LaneError `USER_NOT_FOUND` for what can be nobody's
 */
export const nameOf = (given: string): string => {
  try {
    return normalizeName(given)
  } catch {
    return fail('USER_NOT_FOUND')
  }
}

/** The same for what may be anything: what can be nobody's stays as it is. */
export const formOfName = (given: string): string => {
  try {
    return normalizeName(given)
  } catch {
    return given
  }
}
