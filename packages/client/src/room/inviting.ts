import { equalBytes, limits, normalizeName, operations, SottoError, toHex } from '@sotto/protocol'
import { roleOf } from '@sotto/trust'
import { awaitArrival, newPatience, type Patience } from '../account/arrival.ts'
import type { AccountScope } from '../commands/command.ts'
import { isTransient } from '../transient.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { InviteOutcome } from '../view.ts'
import type { Room } from './atWork.ts'
import { awaitedIn } from './awaited.ts'
import { claimKeyPackages } from './claim.ts'
import { accountsIn, freePlaces } from './places.ts'
import { policyToChange } from './standing.ts'
import { follows, type Intent, type RoomState } from './state.ts'

type Scope = Pick<
  AccountScope,
  'store' | 'line' | 'call' | 'contacts' | 'provider' | 'scheduler' | 'timeMs' | 'newId'
>

/** How often what the server is too busy for is asked for anew. */
const triesMax = 30
const patienceMs = 100

const failureOf = (error: unknown): SottoError =>
  error instanceof SottoError ? error : new SottoError('internal', String(error))

const failureViewOf = ({ code, detail }: SottoError): InviteOutcome['failure'] => ({ code, detail })

/** Asked for many people, a client is faster than it may be: what is refused for a moment is asked again after it. */
const patiently = async <T>(scheduler: Scheduler, work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const waitMs =
        error instanceof SottoError && error.code === 'rate' ? error.detail['retryAfterMs'] : null
      if (typeof waitMs !== 'number' || waitMs > limits.retryDelayMaxMs || tries >= triesMax) throw error
      // Each try uses up some of what it waits for.
      await new Promise<void>((resolve) => scheduler.after(waitMs + tries * patienceMs, resolve))
    }
  }
}

/** Accounts that have yet to come in, in hex; nobody where the server does not say. */
export const invitedInto = async (
  { store, line, call }: Pick<Scope, 'store' | 'line' | 'call'>,
  room: RoomState,
): Promise<ReadonlySet<string>> => {
  if (!follows(room) || !line.isOnline()) return new Set()
  const waiting = await call(operations.readInvited, { room: room.id }).then(
    ({ devices }) => new Set(devices.map(toHex)),
    // A server of before does not know; and a name in a list is worth no failure.
    () => new Set<string>(),
  )
  return awaitedIn(store, room, waiting)
}

const isIn = ({ group }: RoomState, who: Uint8Array): boolean =>
  group !== null && accountsIn(group.public).has(toHex(who))

/**
 * Somebody on the way into a room, with key packages for it.
 * @throws SottoError `name_unknown`, `already_member`, `already_invited`, `room_full`, `key_package_unavailable`, …
 */
export const invitationOf = async (
  scope: Scope,
  room: Room,
  name: string,
  patience: Patience = newPatience(),
): Promise<Intent> => {
  const { contacts, call, provider, scheduler } = scope
  policyToChange(room)
  const invited = await contacts.named(normalizeName(name))
  const under = room
    .state()
    .intents.find((intent) => intent.kind === 'invite' && equalBytes(intent.account, invited.account))
  if (under) return under
  if (isIn(room.state(), invited.account)) await room.leaversOut('at_once')
  const policy = policyToChange(room)
  if (roleOf(policy, invited.account) !== undefined && isIn(room.state(), invited.account)) {
    const isAwaited = (await invitedInto(scope, room.state())).has(toHex(invited.account))
    throw new SottoError(isAwaited ? 'already_invited' : 'already_member')
  }
  const { group } = room.state()
  if (group && freePlaces(group.public, policy) < 1) throw new SottoError('room_full')
  const nowS = (): number => Math.floor(scope.timeMs() / 1000)
  const claim = () =>
    claimKeyPackages({ call, provider, contacts, clockS: nowS() }, room.state(), invited.account)
  const keyPackages = await awaitArrival(scheduler, patience, invited, nowS, claim)
  return { kind: 'invite', id: toHex(scope.newId()), account: invited.account, keyPackages }
}

/** By one commit where it can be; what became of each, in their order. */
export const inviteTogether = async (
  scope: Scope,
  room: Room,
  names: readonly string[],
): Promise<readonly InviteOutcome[]> => {
  const prepared: { readonly name: string; readonly got: Intent | SottoError }[] = []
  const patience = newPatience()
  let over: SottoError | undefined
  for (const name of names) {
    const got: Intent | SottoError =
      over ??
      (await patiently(scope.scheduler, () => invitationOf(scope, room, name, patience)).catch(failureOf))
    prepared.push({ name, got })
    // Where the line is gone nobody else is found either.
    if (got instanceof SottoError && isTransient(got)) over = got
  }
  const intents = new Set(prepared.flatMap(({ got }) => (got instanceof SottoError ? [] : [got])))
  const settled = await Promise.allSettled(room.intendAll([...intents]))
  const results = new Map([...intents].map((intent, at) => [intent, settled[at]]))
  return prepared.map(({ name, got }) => {
    if (got instanceof SottoError) return { name, failure: failureViewOf(got) }
    const result = results.get(got)
    return { name, failure: result?.status === 'rejected' ? failureViewOf(failureOf(result.reason)) : null }
  })
}
