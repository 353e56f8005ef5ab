import type { ServerLimits } from '../../configuration.ts'
import { refuse } from '../failure.ts'
import { lookUpForm } from '../identity.ts'
import { behind, listed, rowsBehind, rowsOf } from '../listed.ts'
import type { OpenUser, UserStore } from '../store.ts'
import { publicKeyPem, readPublicKey } from './publicKey.ts'

/** A user as others see him: the key equal to what was uploaded. */
export interface PublicUser {
  readonly username: string
  readonly public_key: unknown
  /** The one that is sealed to, in the form that most libraries read. */
  readonly public_key_pem: string | null
  readonly fingerprint: string | null
}

export const publicUser = ({ name, publicKey, fingerprint }: OpenUser): PublicUser => {
  const uploaded = publicKey === null ? null : (JSON.parse(publicKey) as unknown)
  const public_key_pem = fingerprint === null ? null : publicKeyPem(uploaded, fingerprint)
  return { username: name, public_key: uploaded, public_key_pem, fingerprint }
}

/** Somebody, before it is read what he has put up. */
type Named = Pick<OpenUser, 'id' | 'name'>

/** Who is on the lane, and what he has put up. */
export interface People {
  /** @throws OpenRefusal `USER_NOT_FOUND` */
  named(name: string): Promise<OpenUser>
  /** In the order of names. @throws OpenRefusal `USER_NOT_FOUND` where one is unknown */
  allNamed(names: readonly string[]): Promise<readonly OpenUser[]>
  /** @throws OpenRefusal `USER_NOT_FOUND`, `KEY_NOT_FOUND` */
  keyOf(name: string): Promise<PublicUser>
  /** Behind a name, as much as is listed at once. */
  page(after: string): Promise<readonly PublicUser[]>
  /** Some of them, behind a name, as much as is listed at once; without those who hide, or with them. */
  among(some: readonly Named[], after: string, whom: 'visible' | 'all'): Promise<readonly PublicUser[]>
  /** @throws OpenRefusal `KEY_INVALID`, `ALG_WITHDRAWN` */
  setKey(user: OpenUser, publicKey: unknown): Promise<PublicUser>
  setPresence(user: OpenUser, presence: OpenUser['presence']): Promise<void>
}

export const makePeople = (store: UserStore, limits: ServerLimits): People => {
  const named = async (name: string): Promise<OpenUser> =>
    (await store.named(lookUpForm(name))) ?? refuse('USER_NOT_FOUND')
  return {
    named,
    allNamed: async (names) => {
      const users: OpenUser[] = []
      for (const name of new Set(names.map(lookUpForm))) users.push(await named(name))
      return users
    },
    keyOf: async (name) => {
      const user = await named(name)
      return user.publicKey === null ? refuse('KEY_NOT_FOUND') : publicUser(user)
    },
    page: (after) => {
      const rows = rowsBehind<OpenUser>((last, countMax) => store.page(last?.name ?? after, countMax))
      return listed(rows, publicUser, limits)
    },
    among: (some, after, whom) => {
      const ids = behind(some, after).map(({ id }) => id)
      const show = (user: OpenUser): PublicUser | undefined =>
        whom === 'visible' && user.presence === 'hidden' ? undefined : publicUser(user)
      return listed(rowsOf(ids, store.withIds), show, limits)
    },
    setKey: async (user, publicKey) => {
      const key = readPublicKey(publicKey)
      // The one that is there already may be of a time when shorter ones were taken.
      if (!key.isForNew && key.fingerprint !== user.fingerprint) refuse('KEY_INVALID')
      await store.setKey(user.id, key.uploaded, key.fingerprint)
      return publicUser({ ...user, publicKey: key.uploaded, fingerprint: key.fingerprint })
    },
    setPresence: (user, presence) => store.setPresence(user.id, presence),
  }
}
