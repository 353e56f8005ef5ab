import { decodeAccountState, decodePolicy, type Policy, roleOf, roles } from '@sotto/trust'
import { entryKinds, toHex } from '@sotto/protocol'
import { senderTag } from '../../../packages/server/src/delivery/digest.ts'
import type { Turn } from '../truth.ts'
import { hex } from '../words.ts'
import type { World } from '../world.ts'
import type { Evidence, TrueLog } from './evidence.ts'

/**
 * I9, in a few lines that share nothing with the rules they check: a room has an owner who has a leaf; who has a leaf is
 * a member; nobody rises to or above whoever raised them, is brought in by one who may not invite, or is taken out by
 * one who is not above them. I10: every leaf belongs to the account of its device, which had not given the device up.
 */
export const checkAuthority = ({ world, logs }: Evidence): void => {
  const revoked = revokedIn(world)
  for (const log of logs.values()) checkLog(world, revoked, log)
}

/** When each device was taken out of its account, as its chain says. */
const revokedIn = (world: World): Revoked => {
  const revoked = new Map<string, number>()
  for (const { state } of world.server.data().accounts.values())
    for (const [device, { status }] of decodeAccountState(state).devices)
      // Its link may be dated minutes before anybody had it: what the device did meanwhile stands.
      if (status.kind === 'revoked')
        revoked.set(device, Math.max(status.timeS * 1000, world.truth.revoked.get(device) ?? 0))
  return revoked
}

type Revoked = ReadonlyMap<string, number>

const checkLog = (world: World, revoked: Revoked, { room, entries }: TrueLog): void => {
  const devices = devicesByTag(world, room)
  let before: Policy | undefined
  let beforeTurn: Turn | undefined
  /** Devices that have asked to be taken out in this epoch. */
  let leaving = new Set<string>()
  for (const [seq, { entry, hash }] of entries.entries()) {
    const where = `${room.slice(0, 8)}/${seq}`
    if (entry.kind === entryKinds.proposal) leaving.add(devices.get(hex(entry.senderTag)) ?? '')
    const turn = world.truth.turns.get(hash)
    if (!turn) continue
    const policy = decodePolicy(turn.policy)
    if (policy.kind !== 'ok') {
      world.fail('I9', `${where} has no policy`)
      continue
    }
    checkState(world, where, turn, policy.value)
    checkLeaves(world, revoked, where, turn, hash)
    if (before && beforeTurn)
      checkChange(world, where, before, policy.value, turn, beforeTurn, devices.get(turn.by), leaving)
    before = policy.value
    beforeTurn = turn
    leaving = new Set()
  }
}

const devicesByTag = (world: World, room: string): ReadonlyMap<string, string> =>
  new Map(
    [...world.truth.owners.keys()].map((device) => [
      hex(
        senderTag(
          world.secrets.senderTagKey,
          new Uint8Array(Buffer.from(room, 'hex')),
          new Uint8Array(Buffer.from(device, 'hex')),
        ),
      ),
      device,
    ]),
  )

const checkState = (world: World, where: string, { members }: Turn, policy: Policy): void => {
  const accounts = new Set([...members.values()].map(({ account }) => hex(account)))
  const hasOwner = policy.members.some(
    ({ account, role }) => role === roles.owner && accounts.has(toHex(account)),
  )
  // Who has an owner's account may have given up or lost the device: the rules let the others go on then.
  if (!hasOwner && world.truth.revoked.size === 0 && !isOldWorld(world))
    world.fail('I9', `${where} has no owner with a leaf`)
  for (const { account } of members.values())
    if (roleOf(policy, account) === undefined)
      world.fail('I9', `${where} has the leaf of one who is no member`)
}

/** Where leaves have died of age, anybody may take them out. */
const isOldWorld = (world: World): boolean => world.used.has('long_offline') || world.used.has('server_clock')

const checkLeaves = (
  world: World,
  revoked: Revoked,
  where: string,
  { members, joined, atMs }: Turn,
  entryHash: string,
): void => {
  for (const [device, { account }] of members) {
    const owner = world.truth.owners.get(device)
    if (owner?.account !== hex(account))
      world.fail('I10', `${where} has a leaf of a device that is not its account's`)
  }
  // In another history of the server it was not given up; what stands there can be brought back into this one.
  const isOneHistory = !world.used.has('lie_forked')
  const known = world.truth.knownGivenUp.get(entryHash) ?? []
  for (const device of joined) {
    const revokedMs = revoked.get(device)
    const isKnown = !world.used.has('server_restore') || known.includes(device)
    const isLate = revokedMs !== undefined && revokedMs + underWayMs < atMs
    if (isLate && isKnown && isOneHistory && !isOldWorld(world))
      world.fail('I10', `${where} brings in a device that was given up`)
  }
}

/** What was under way when the device was given up. */
const underWayMs = 60_000

const checkChange = (
  world: World,
  where: string,
  before: Policy,
  after: Policy,
  turn: Turn,
  beforeTurn: Turn,
  by: string | undefined,
  leaving: ReadonlySet<string>,
): void => {
  const actor = by === undefined ? undefined : world.truth.owners.get(by)?.account
  const role = actor === undefined ? undefined : roleOf(before, bytesOf(actor))
  if (role === undefined) return world.fail('I9', `${where} is by one who is no member`)
  for (const { account, role: now } of after.members) {
    const then = roleOf(before, account)
    if (then === now) continue
    if (then === undefined && role < before.permissions.invite)
      world.fail('I9', `${where} adds, and may not invite`)
    if (then === undefined ? now > role : role !== roles.owner && (now >= role || then >= role))
      world.fail('I9', `${where} makes a ${now} of a ${then ?? 'stranger'}, as a ${role}`)
  }
  for (const { account, role: then } of before.members) {
    if (roleOf(after, account) !== undefined) continue
    const gone = [...beforeTurn.members].filter(([, member]) => hex(member.account) === hex(account))
    const isOwnWish = gone.length > 0 && gone.every(([device]) => leaving.has(device))
    const isGivenUp = gone.every(([device]) => world.truth.revoked.has(device))
    if (isOwnWish || isGivenUp || isOldWorld(world)) continue
    if (role <= then || role < before.permissions.kick)
      world.fail('I9', `${where} takes out a ${then}, as a ${role}`)
  }
  if (turn.epoch !== beforeTurn.epoch + 1)
    world.fail('I3', `${where} leads from ${beforeTurn.epoch} to ${turn.epoch}`)
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
