import { isReservedName, newAccountName, SottoError } from '@sotto/protocol'

/**
 * The form of a name that an account may be given, on either lane; whether it is free, or looks like another, the store knows.
 *
 * @throws SottoError `name_invalid {reason}`, `name_reserved`
 */
export const nameToGive = (written: string): string => {
  const name = newAccountName(written)
  if (isReservedName(name)) throw new SottoError('name_reserved')
  return name
}
