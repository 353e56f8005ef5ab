import { equalBytes, operations, SottoError, type WaitingWelcome } from '@sotto/protocol'
import type { KeyPackagePool } from '../account/keyPackages.ts'
import type { Store } from '../ports/store.ts'
import type { Room } from '../room/atWork.ts'
import { hasPlace } from '../room/decide.ts'
import { joinRoom, type Joining } from '../room/enter.ts'
import { invitedTo } from '../room/invitation.ts'
import type { Line } from '../room/line.ts'
import { acceptWithoutKeys, retryRepair } from '../room/repair.ts'
import { type InvitedAt, publicOf } from '../room/state.ts'
import { stepped } from '../room/step.ts'
import { storedAnchor } from '../room/storedAnchor.ts'
import type { Tools } from '../room/tools.ts'
import type { WelcomeList } from './welcomeList.ts'

export interface BringingIn {
  readonly store: Store
  readonly line: Line
  readonly tools: Tools
  readonly pool: KeyPackagePool
  readonly list: WelcomeList
  /** The Welcome is looked at again when the log has been read as far as it goes. */
  awaits(room: string, waiting: WaitingWelcome): void
  /** Publishes new key packages in place of all that there are: others hand out some whose keys are lost. */
  renewKeyPackages(): Promise<void>
}

const isPolicy = (error: unknown): boolean => error instanceof SottoError && error.code === 'policy'

export const isKeyless = (error: unknown): boolean =>
  error instanceof SottoError && error.code === 'key_package_unavailable'

/** Opens a Welcome, by which this device comes into the room. @throws SottoError as `joinRoom`, `key_package_unavailable` */
export const bringIn = async (
  { line, tools, pool, list }: Pick<BringingIn, 'line' | 'tools' | 'pool' | 'list'>,
  room: Room,
  waiting: WaitingWelcome,
  phase: Joining['phase'],
  openName?: string,
): Promise<void> => {
  const bundles = await pool.bundles(waiting.welcome)
  if (bundles.length === 0)
    throw new SottoError('key_package_unavailable', 'the keys for this invitation are not on this device')
  const commit = await commitOf(line, waiting)
  const { tree } = await line.call(operations.readTree, { room: waiting.room, hash: waiting.treeHash })
  await room.take(async (state, asked) => {
    if (state.phase.kind !== 'invited' && state.phase.kind !== 'repairing') return stepped(state)
    const joining: Joining = { waiting, tree, bundles, phase, commit, openName }
    return joinRoom(tools, state, joining, asked)
  })
  // What was said between the invitation and now is in the log; how far that goes, the log says.
  room.hint(waiting.seq + 1)
  await list.settle(waiting, 'joined')
}

const commitOf = async (line: Line, { room, seq }: WaitingWelcome) => {
  const { messages } = await line.call(operations.readLog, { room, from: seq })
  const [commit] = messages
  if (!commit) throw new SottoError('integrity', 'the log does not have the commit of the Welcome')
  return commit
}

/** This device has asked to be brought in again: nobody need be asked whether it wants to. */
export const bringBack = async (deps: BringingIn, room: Room, waiting: WaitingWelcome): Promise<void> => {
  if (!(await isReadUpTo(deps.store, room, waiting))) {
    deps.awaits(room.id, waiting)
    return room.hint(waiting.seq)
  }
  try {
    await bringIn(deps, room, waiting, { kind: 'active' })
  } catch (error) {
    if (isPolicy(error) && !publicOf(room.state())) return showAsInvitation(room, waiting)
    // The keys of this Welcome are lost as well: another way in is looked for, and other keys are asked for.
    if (!isKeyless(error)) throw error
    await deps.renewKeyPackages()
    await room.take((state) => stepped(retryRepair(state)))
    await deps.list.settle(waiting, 'declined')
    room.proceed()
  }
}

/** The user has accepted an invitation whose keys are lost: the account is a member all the same. */
export const comeWithoutKeys = async (room: Room, entry: InvitedAt): Promise<void> => {
  await room.take((state) => stepped(acceptWithoutKeys(state, entry)))
  // What was said since the invitation is in the log; how far that goes, the log says.
  room.hint(entry.seq + 1)
}

/** Nothing that this device knows speaks for the invitation: its user decides. */
const showAsInvitation = (room: Room, waiting: WaitingWelcome): Promise<void> =>
  room.take((state) => stepped(state.phase.kind === 'repairing' ? invitedTo(state, waiting) : state))

/**
 * Whether the log has been read as far as the Welcome goes: what it had no key for until then is noted as missed, and
 * would be left out otherwise.
 */
const isReadUpTo = async (store: Store, room: Room, waiting: WaitingWelcome): Promise<boolean> => {
  const state = room.state()
  if (publicOf(state)) return isFollowed(store, room, waiting)
  return !hasPlace(state.place) || state.place.cursor >= waiting.seq
}

/**
 * Whether the Welcome belongs to a commit that this device has read, followed in public and found in order: only then
 * is it the room's, and not one that was made up under its name. Otherwise the log is read on first.
 */
const isFollowed = async (store: Store, room: Room, { seq, entryHash }: WaitingWelcome): Promise<boolean> => {
  const { place } = room.state()
  if (seq > place.cursor) return false
  const anchor = await storedAnchor(store, room.id, seq)
  return anchor !== undefined && equalBytes(anchor, entryHash.subarray(0, anchor.length))
}
