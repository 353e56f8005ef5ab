import { fail, LaneError } from './failure.ts'
import { type Identity, type PublicKeys, readPublicKeys, uploadOf } from './keys.ts'
import type { Cryptography } from './ports/cryptography.ts'
import { asList, asObject } from './rest.ts'
import type { Session } from './session.ts'

/** A token may do less than its account. */
export const isBeyondToken = (error: unknown): boolean =>
  error instanceof LaneError && error.code === 'SCOPE_MISSING'

/** The key that we have and the key that the server gives out for us must be the same, or others seal to another. */
export const putUpKey = async (
  cryptography: Pick<Cryptography, 'keyOfPem' | 'thumbprint'>,
  call: Session['call'],
  identity: Identity,
  own: PublicKeys,
): Promise<void> => {
  const { public_key: served, scopes } = asObject(await call('GET', '/api/me'))
  if (served !== null && served !== undefined && (await readPublicKeys(cryptography, served)).pin === own.pin)
    return
  if (!asList(scopes).includes('account')) fail('SCOPE_MISSING')
  await call('PUT', '/api/me/public-key', { public_key: uploadOf(identity) })
}
