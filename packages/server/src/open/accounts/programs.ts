import { normalizeName } from '@sotto/protocol'
import type { Admission } from '../../authentication/admission.ts'
import { makeAttempts } from '../../authentication/attempts.ts'
import type { Clock, ServerLimits } from '../../configuration.ts'
import type { EventLog } from '../../logging/eventLog.ts'
import { OpenRefusal, refuse } from '../failure.ts'
import { lookUpForm } from '../identity.ts'
import type { OpenUser, UserStore } from '../store.ts'
import { isStrong, type Passwords } from './password.ts'
import { readPublicKey } from './publicKey.ts'

/** Program accounts: a name and a password that authenticates and unlocks nothing. */
export interface Programs {
  /** @throws OpenRefusal `WEAK_PASSWORD`, `KEY_INVALID`, `USERNAME_TAKEN`, `INVITE_INVALID` and so on, SottoError `name_invalid`, `rate` */
  register(
    wanted: {
      readonly username: string
      readonly password: string
      readonly publicKey: unknown
      readonly invite: string | null
    },
    address: string,
  ): Promise<OpenUser>
  /** @throws OpenRefusal `INVALID_CREDENTIALS`, SottoError `rate` */
  logIn(username: string, password: string, address: string): Promise<OpenUser>
}

interface Dependencies {
  readonly store: Pick<UserStore, 'createProgram' | 'password' | 'named'>
  readonly admission: Pick<Admission, 'admit'>
  readonly passwords: Passwords
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

const hourMs = 3_600_000
const loggedId = (user: OpenUser): Uint8Array => Buffer.from(`open/${user.id}`)

export const makePrograms = ({ store, admission, passwords, clock, limits, log }: Dependencies): Programs => {
  const registrations = makeAttempts(limits.registrationsPerAddressPerHour, hourMs)
  const logins = makeAttempts(limits.loginTriesPerWindow, limits.loginWindowMs)

  return {
    register: async ({ username, password, publicKey, invite: key }, address) => {
      const invite = await admission.admit(key, address)
      await registrations.count(address)
      const name = normalizeName(username)
      if (!isStrong(password, name)) throw new OpenRefusal('WEAK_PASSWORD')
      const uploaded = publicKey === undefined ? undefined : await readPublicKey(publicKey)
      // Early, so that nobody waits for a slow hash in vain; decided it is at the end.
      if (await store.named(name)) throw new OpenRefusal('USERNAME_TAKEN')
      const user = await store.createProgram({
        name,
        password: await passwords.hash(password),
        publicKey: uploaded?.uploaded ?? null,
        fingerprint: uploaded?.fingerprint ?? null,
        createdMs: clock.nowMs(),
        invite,
      })
      if (user === 'taken') return refuse('USERNAME_TAKEN')
      if (user === 'invite_spent') return refuse('INVITE_INVALID')
      log.info('registered', { account: loggedId(user), operation: 'open' })
      return user
    },

    logIn: async (username, password, address) => {
      const name = lookUpForm(username)
      const key = `${address} ${name}`
      // Counted before the answer: each try counts, also those that come at once.
      await logins.count(key)
      const known = await store.password(name)
      // Hashed for unknown names too, so that the time it takes does not tell them apart.
      const isRight = await passwords.verify(password, known?.password)
      if (!isRight || !known) {
        log.info('login_refused', { operation: 'open' })
        return refuse('INVALID_CREDENTIALS')
      }
      await logins.forget(key)
      log.info('login', { account: loggedId(known.user), operation: 'open' })
      return known.user
    },
  }
}
