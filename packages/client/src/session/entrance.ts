import { operations, SottoError } from '@sotto/protocol'
import { buildRevokeDevice } from '@sotto/trust'
import { whenReachable } from '../account/arrival.ts'
import { profileRow } from '../account/profile.ts'
import {
  type AccountDeps,
  checkClocks,
  finishRegistration,
  login,
  register,
  type SignedIn,
} from '../account/registration.ts'
import type { ServerInfo } from '../account/serverInfo.ts'
import type { Entrance } from '../commands/command.ts'
import { eraseEverything } from '../database/openDatabase.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import { type Kept, mustRun, type Present } from './present.ts'
import { isSessionOver, type Session } from './session.ts'

interface Deps {
  readonly present: Present
  readonly account: AccountDeps
  readonly info: ServerInfo
  readonly session: Session
  readonly scheduler: Scheduler
  /** The account of the profile has a device now. */
  startDevice(): Promise<void>
  connect(token: string): void
  keepAnew(): Promise<Kept>
  invalidate(): void
}

interface Way extends Entrance {
  /** Completes a registration that was cut off before the answer came: if the server has it not, it may have it now. */
  finish(): void
}

/** A device that is forgotten takes itself out of the account, so that its leaves can be removed. */
const revokeSelf = async ({ present, account, info, session }: Deps): Promise<void> => {
  const { profile, kept } = present
  if (profile?.kind !== 'ready') return
  const own = kept.contacts.find(profile.account)
  if (!own) return
  checkClocks(account)
  const link = await buildRevokeDevice({
    provider: account.provider,
    state: own.state,
    timeS: Math.floor(info.timeMs() / 1000),
    device: profile.device,
    reason: 'logout',
    by: { kind: 'device', signer: await account.keychain.signer() },
  })
  await session.call(operations.appendLink, { link })
}

const erase = async ({ present, account, info, keepAnew, invalidate }: Deps): Promise<void> => {
  await present.device?.rest(new SottoError('no_account'))
  present.device = null
  present.profile = null
  info.forget()
  await present.kept.gate.shut()
  await account.store.commit([eraseEverything])
  await account.keychain.destroy()
  present.kept = await keepAnew()
  invalidate()
}

/** Ends the session on the server. One that cannot be ended ends by itself; `forget` does not wait for that. */
const signOut = async (
  { account: { transport }, session }: Deps,
  token: string,
  forget: boolean,
): Promise<void> => {
  await transport.call(operations.logout, {}, token).catch(async (error: unknown) => {
    if (forget) return
    const isSaidToBeOver = error instanceof SottoError && isSessionOver(error)
    if (!isSaidToBeOver || !(await session.doubt())) throw error
  })
  await session.end()
}

export const openEntrance = (deps: Deps): Way => {
  const { present, account, info, scheduler, invalidate } = deps
  const { store, transport } = account

  /** One registration or login at a time: two of one name would each prepare keys, and only those of one be known. */
  let entering: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = entering.then(work, work)
    entering = next.catch(() => {})
    return next
  }

  const signedIn = async ({ profile, session }: SignedIn): Promise<void> => {
    mustRun(present)
    present.profile = profile
    present.token = session.token
    if (!present.device) await deps.startDevice()
    deps.connect(session.token)
  }
  /** An account is told of when others can invite it. A crash before leaves one that puts its key packages up at its next start. */
  const signedUp = async (entered: SignedIn): Promise<void> => {
    present.isArriving = true
    try {
      await signedIn(entered)
      await whenReachable(scheduler, async () => present.device?.replenish())
    } finally {
      present.isArriving = false
      invalidate()
    }
  }

  return {
    registrationMode: async () => {
      try {
        return (await transport.call(operations.readRegistration, {}, null)).mode
      } catch (error) {
        // A server of before: anyone may.
        if (error instanceof SottoError && error.code === 'not_found') return 'open'
        throw error
      }
    },
    register: (input) =>
      inTurn(async () => {
        mustRun(present)
        if (present.profile?.kind === 'ready') throw new SottoError('account_exists')
        await info.fetchKnown()
        // An earlier attempt may be known to the server, although its answer was lost.
        await signedUp(await register(account, await profileRow.read(store), input))
      }),
    login: (input) =>
      inTurn(async () => {
        mustRun(present)
        await info.fetchKnown()
        await signedIn(await login(account, await profileRow.read(store), input))
      }),
    logout: async ({ forget }) => {
      if (forget && present.token !== null) await revokeSelf(deps).catch(() => {})
      if (present.token !== null) await signOut(deps, present.token, forget)
      if (forget) await erase(deps)
    },
    finish: () => {
      const { profile: half } = present
      if (half?.kind !== 'registering') return
      inTurn(async () => {
        await info.fetchKnown()
        await signedUp(await finishRegistration(account, half))
      }).catch(() => {})
    },
  }
}
