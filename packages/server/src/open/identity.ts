import { normalizeName, SottoError } from '@sotto/protocol'
import { refuse } from './failure.ts'

const normalOf = (name: string): string | undefined => {
  try {
    return normalizeName(name)
  } catch (error) {
    if (error instanceof SottoError) return undefined
    throw error
  }
}

/** The form under which a name is looked up; a text that can be no name is nobody's. */
export const lookUpForm = (name: string): string => normalOf(name) ?? ''

/**
 * Who somebody is comes from the session. A field that says something else is refused, never believed.
 *
 * @throws OpenRefusal `IDENTITY_MISMATCH`
 */
export const checkIdentity = (claimed: string | undefined, name: string): void => {
  if (claimed !== undefined && normalOf(claimed) !== name) refuse('IDENTITY_MISMATCH')
}
