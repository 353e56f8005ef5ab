import { fromHex, limits } from '@sotto/protocol'
import { decodeAccountState, decodePolicy, may, roleOf, roles } from '@sotto/trust'
import { roomKeys, roomOfKey, within } from '../../packages/client/src/room/keys.ts'
import { readRow } from '../../packages/client/src/room/rows.ts'
import type { Device } from './device.ts'
import { hex } from './words.ts'
import type { World } from './world.ts'

/** Why a device is not at rest yet, as far as its disk and its client tell; undefined when it is. */
export const unrestOf = (world: World, device: Device): string | undefined => {
  const state = device.state()
  if (!state) return 'is not open'
  // Registered with the other history, which is gone: no server that is left knows the account.
  const isOfTheFork = world.used.has('lie_forked') && world.lied.has(device.index)
  if (state.account.kind === 'signed_out' && isOfTheFork) return undefined
  // What it had registered went with a write that was lost: the name is taken for good, and the person needs another.
  if (state.account.kind === 'none' && world.setBacks.has(device.index)) return undefined
  if (state.account.kind !== 'signed_in') return `is ${state.account.kind}`
  if (state.connection.kind !== 'online') return `is ${state.connection.kind}`
  for (const [key, value] of device.disk.rows) {
    if (!key.startsWith(roomKeys.all) || !key.endsWith('/phase')) continue
    const { room } = roomOfKey(key)
    const phase = readRow.phase(value)
    // It says so, and waits for somebody who may bring it in: there may be none who is not stopped.
    if (phase.kind === 'repairing' && phase.asked && !hasHelper(world, device, room)) continue
    const unrest = unrestIn(world, device, room, phase.kind)
    if (unrest) return `${unrest} in ${room.slice(0, 8)} (${othersIn(world, room)})`
  }
  return undefined
}

const unrestIn = (world: World, device: Device, room: string, phase: string): string | undefined => {
  switch (phase) {
    case 'left':
    case 'absent':
    case 'removed':
    case 'frozen':
    case 'invited':
    case 'refounded':
      return undefined
    default:
  }
  // Who wants to leave waits for another member, and there may be none who is not stopped.
  if ((phase === 'leaving' || phase === 'parting') && !hasOthers(world, device, room)) return undefined
  if (phase !== 'active') return phase
  const { rows } = device.disk
  const place = rows.get(roomKeys.place(room))
  const log = world.server.data().rooms.get(room)?.entries
  if (!place || !log) return 'has no place'
  if (readRow.place(place).cursor !== log.length - 1) return 'is behind'
  if (rows.has(roomKeys.pending(room))) return 'has something pending'
  const intents = rows.get(roomKeys.intents(room))
  if (intents && readRow.intents(intents).length > 0) return 'wants something'
  const { from, to } = within(roomKeys.outbox(room))
  // Whoever was shown another identity of a member says nothing more where that member is, and shows why.
  const isMisled = world.used.has('lie_directory') || world.used.has('lie_ghost')
  if (isMisled && world.lied.has(device.index)) return undefined
  // What was signed in the other history says nothing in this one.
  if (!world.used.has('lie_forked') && hasGivenUp(world, room)) return 'is with somebody who was given up'
  for (const [key, value] of rows)
    if (from <= key && key < to && readRow.outboxItem(value).stage.kind !== 'failed')
      return 'has something to say'
  return undefined
}

/**
 * Whether somebody who was revoked still has a leaf. Of an owner it may stay for a while: a revocation counts in
 * full only after its time of grace, and no commit may leave a room without an owner who lives.
 */
const hasGivenUp = (world: World, room: string): boolean => {
  const { rooms, accounts } = world.server.data()
  const there = rooms.get(room)
  const policy = there && decodePolicy(there.policy)
  if (policy?.kind !== 'ok') return false
  return [...(there?.members.values() ?? [])].some(({ account, device, untilSeq }) => {
    const known = accounts.get(hex(account))
    if (untilSeq !== null || !known || roleOf(policy.value, account) === roles.owner) return false
    return decodeAccountState(known.state).devices.get(hex(device))?.status.kind === 'revoked'
  })
}

/** Of whoever is signed in: an account that was made with another history of the server is no account any more. */
const accountOf = ({ state }: Device): Uint8Array | undefined => {
  const account = state()?.account
  return account?.kind === 'signed_in' ? fromHex(account.account, 32) : undefined
}

/** Whether somebody else is active in the room. */
const hasOthers = (world: World, device: Device, room: string): boolean =>
  world.devices.some((other) => {
    const row = other.disk.rows.get(roomKeys.phase(room))
    const isActive = row !== undefined && readRow.phase(row).kind === 'active'
    return other !== device && isActive && accountOf(other) !== undefined
  })

const hourMs = 3_600_000
/** How long a leaf lasts that comes in by a key package made now (KP-2, LEAF-10). */
const leafLastsMs = (limits.keyPackageLifetimeDaysMax * 24 + limits.leafGraceHours) * hourMs

/** Whether a wrong clock has carried the log so far ahead that no key package lasts by its time. */
const isOutOfReach = ({ server, clock }: World, room: string): boolean => {
  const newest = server.data().rooms.get(room)?.entries.at(-1)
  return newest !== undefined && newest.timeMs - clock.nowMs() > leafLastsMs
}

/** Whether somebody who is active in the room may take the device out of it and bring it in again (C3). */
const hasHelper = (world: World, device: Device, room: string): boolean => {
  if (isOutOfReach(world, room)) return false
  const own = accountOf(device)
  return world.devices.some((other) => {
    const { rows } = other.disk
    const [phase, lastPolicy] = [rows.get(roomKeys.phase(room)), rows.get(roomKeys.lastPolicy(room))]
    const account = accountOf(other)
    if (!own || !account || !phase || !lastPolicy || readRow.phase(phase).kind !== 'active') return false
    const policy = readRow.lastPolicy(lastPolicy)
    const [theirs, asked] = [roleOf(policy, account), roleOf(policy, own)]
    const mayHelp = may(policy, account, 'kick') && may(policy, account, 'invite')
    return mayHelp && theirs !== undefined && asked !== undefined && theirs > asked
  })
}

/** Where everybody stands in a room. */
const othersIn = (world: World, room: string): string => {
  const there = world.server.data().rooms.get(room)
  const members = [...(there?.members.values() ?? [])]
    .filter(({ untilSeq }) => untilSeq === null)
    .map(({ device }) => world.truth.owners.get(hex(device))?.name ?? '?')
  const phases = world.devices.flatMap(({ name, disk: { rows } }) => {
    const row = rows.get(roomKeys.phase(room))
    const place = rows.get(roomKeys.place(room))
    const phase = row && readRow.phase(row)
    if (!phase) return []
    const cursor = place ? readRow.place(place).cursor : '-'
    return `${name} ${phase.kind}${'code' in phase ? ` ${phase.code} ${phase.rule}` : ''} ${cursor}`
  })
  return `head ${(there?.entries.length ?? 0) - 1}, members ${members.join()}: ${phases.join(', ')}`
}

/** Whether everybody is at rest. */
export const isConverged = async (world: World): Promise<boolean> =>
  world.devices.every((device) => unrestOf(world, device) === undefined)
