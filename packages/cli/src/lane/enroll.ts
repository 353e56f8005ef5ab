import { randomBytes } from 'node:crypto'
import { normalizeName, SottoError } from '@sotto/client'
import {
  type Credentials,
  type KeyKind,
  LaneError,
  logIn,
  makeIdentity,
  register,
  uploadOf,
} from '@sotto/lane'
import {
  type LaneAccount,
  laneStoreOf,
  readAccount,
  readHalfAccount,
  writeAccount,
  writeHalfAccount,
} from './account.ts'

const passwordBytes = 32

/**
 * Where a server listens, as one writes it.
 *
 * @throws SottoError `bad_request`
 */
export const serverAddress = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new SottoError('bad_request', `${text} is no address of a server`)
  return url.origin
}

export interface Enrolment {
  readonly name: string
  readonly server: string
  readonly keyKind: KeyKind
  readonly signer: 'EdDSA' | undefined
  /** Where the server takes new accounts by invitation only. */
  readonly invite?: string | undefined
}

const claim = async (
  profile: string,
  { name, server: address, keyKind, signer }: Enrolment,
  credentials: Credentials,
  attempt: 'made' | 'adopted',
  /** Resolves when the account is the profile's: made, or logged in to. */
  claiming: (account: LaneAccount) => Promise<void>,
): Promise<void> => {
  const store = await laneStoreOf(profile, name)
  try {
    if (readAccount(store)) throw new SottoError('account_exists', `${name} is here already`)
    const server = serverAddress(address)
    const half = attempt === 'made' ? readHalfAccount(store) : undefined
    const account =
      half?.server === server ? half : { server, credentials, identity: await makeIdentity(keyKind, signer) }
    // Before the server has it: an account whose keys are nowhere could never be had again.
    if (attempt === 'made') writeHalfAccount(store, account)
    await claiming(account)
    writeAccount(store, account)
  } finally {
    store.close()
  }
}

/** An earlier attempt may be known to the server, although its answer was lost. */
const isOurs = ({ server, credentials }: LaneAccount): Promise<boolean> =>
  logIn(server, credentials).then(
    () => true,
    () => false,
  )

/**
 * Makes a program account and its keys. The password authenticates and unlocks nothing, so nobody has to know it: it is
 * made here and kept beside the keys.
 *
 * @throws LaneError `USERNAME_TAKEN` and so on, SottoError `account_exists`, `name_invalid`
 */
export const enrol = (profile: string, enrolment: Enrolment): Promise<void> => {
  const name = normalizeName(enrolment.name)
  const password = randomBytes(passwordBytes).toString('base64url')
  return claim(profile, enrolment, { kind: 'program', name, password }, 'made', async (account) => {
    const { server, credentials, identity } = account
    if (credentials.kind !== 'program') return
    try {
      const { password: own } = credentials
      await register(server, { name, password: own, publicKey: uploadOf(identity), invite: enrolment.invite })
    } catch (error) {
      if (!(error instanceof LaneError && error.code === 'USERNAME_TAKEN' && (await isOurs(account))))
        throw error
    }
  })
}

/** Takes up an account that is there, by its password or a person's access token, with new keys. */
export const adopt = (profile: string, enrolment: Enrolment, credentials: Credentials): Promise<void> =>
  claim(profile, enrolment, credentials, 'adopted', async ({ server }) => {
    await logIn(server, credentials)
  })
