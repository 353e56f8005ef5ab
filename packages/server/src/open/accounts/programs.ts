import { toHex } from '@sotto/protocol'
import type { Admission } from '../../authentication/admission.ts'
import { nameToGive } from '../../authentication/nameToGive.ts'
import type { Clock, ServerLimits } from '../../configuration.ts'
import type { EventLog } from '../../logging/eventLog.ts'
import { OpenRefusal, refuse } from '../failure.ts'
import { lookUpForm } from '../identity.ts'
import type { OpenUser, UserStore } from '../store.ts'
import { isStrong, type Passwords } from './password.ts'
import { type Asker, makeProgramTries } from './programTries.ts'
import { type PublicKey, readNewPublicKey } from './publicKey.ts'

/** Program accounts: a name and a password that authenticates and unlocks nothing. */
export interface Programs {
  /** @throws OpenRefusal `WEAK_PASSWORD`, `KEY_INVALID`, `USERNAME_TAKEN`, `USERNAME_ALIKE`, SottoError `name_invalid`, `name_reserved`, `rate` */
  register(
    wanted: {
      readonly username: string
      readonly password: string
      readonly publicKey: unknown
      readonly invite: string | null
    },
    asker: Asker,
  ): Promise<OpenUser>
  /**
   * @throws OpenRefusal `INVALID_CREDENTIALS`; `PERSON_ACCOUNT` for the name of a person, where registration tells anybody
   *   which names are taken (SES-13); SottoError `rate`
   */
  logIn(username: string, password: string, asker: Asker): Promise<OpenUser>
}

interface Dependencies {
  readonly store: Pick<UserStore, 'createProgram' | 'password' | 'named' | 'isPerson'>
  readonly admission: Pick<Admission, 'mode' | 'admit'>
  readonly passwords: Passwords
  /** Whether the account of this name was given the token at some time, and who that is; not that it still counts. */
  holderOf(token: string, name: string): Promise<string | undefined>
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const loggedId = (user: OpenUser): Uint8Array => Buffer.from(`open/${user.id}`)

export const makePrograms = (dependencies: Dependencies): Programs => {
  const { store, admission, passwords, clock, log } = dependencies
  const { registrations, laneOf, mayTell } = makeProgramTries(dependencies)

  /**
   * Whether the asker is told that a name is a person's. The password is not looked at: it says nothing, right or wrong.
   * Where nobody may register without an invite, a stranger learns no names, and a person is answered like nobody.
   */
  const isToldPerson = async (name: string, address: string): Promise<boolean> =>
    admission.mode === 'open' && (await store.isPerson(name)) && mayTell(address)

  const create = async (
    name: string,
    password: string,
    key: PublicKey | undefined,
    invite: Uint8Array | null,
    share: string,
  ) =>
    // Early, so that nobody waits for a slow hash in vain; decided it is at the end.
    (await store.named(name))
      ? 'taken'
      : store.createProgram({
          name,
          password: await passwords.hash(password, share),
          publicKey: key?.uploaded ?? null,
          fingerprint: key?.fingerprint ?? null,
          createdMs: clock.nowMs(),
          invite,
        })

  return {
    register: async ({ username, password, publicKey, invite: inviteKey }, { address }) => {
      const invite = await admission.admit(inviteKey, address)
      // Whoever has an invite key is not slowed down by neighbours.
      const key = invite ? toHex(invite) : address
      registrations.check(key)
      const name = nameToGive(username)
      if (!isStrong(password, name)) throw new OpenRefusal('WEAK_PASSWORD')
      const uploaded = publicKey === undefined ? undefined : readNewPublicKey(publicKey)
      // What counts is the account that is made, and the name that is told to be taken.
      registrations.begin(key)
      const user = await create(name, password, uploaded, invite, address).catch((error: unknown) => {
        registrations.undo(key)
        throw error
      })
      if (user === 'taken') return refuse('USERNAME_TAKEN')
      if (user === 'alike') return refuse('USERNAME_ALIKE')
      if (user === 'invite_spent') {
        registrations.undo(key)
        return refuse('INVITE_INVALID')
      }
      log.info('registered', { account: loggedId(user), operation: 'open', address })
      return user
    },

    logIn: async (username, password, asker) => {
      const { address } = asker
      const name = lookUpForm(username)
      if (await isToldPerson(name, address)) return refuse('PERSON_ACCOUNT')
      const { tries, key, share } = await laneOf(name, asker)
      // Counted before the answer: each try counts, also those that come at once.
      tries.begin(key)
      const known = await store.password(name)
      // Hashed for unknown names too, so that the time it takes does not tell them apart.
      const isRight = await passwords.verify(password, known?.password, share).catch((error: unknown) => {
        tries.undo(key)
        throw error
      })
      if (!isRight || !known) {
        log.info('login_refused', { operation: 'open', address })
        return refuse('INVALID_CREDENTIALS')
      }
      tries.settle(key)
      log.info('login', { account: loggedId(known.user), operation: 'open', address })
      return known.user
    },
  }
}
