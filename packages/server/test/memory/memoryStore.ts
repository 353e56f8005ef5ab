import { lookOf } from '@sotto/protocol'
import { type InviteStore, isUsable } from '../../src/authentication/invites.ts'
import type { AuthenticationStore } from '../../src/authentication/store.ts'
import type { DirectoryStore, StoredKeyPackage } from '../../src/directory/store.ts'
import type { Store } from '../../src/store/openStore.ts'
import { claimKey, keyOf, type MemoryAccount, type MemoryData } from './data.ts'
import { memoryDeliveryStore } from './deliveryStore.ts'
import { memoryOpenRoomStore } from './openRoomStore.ts'

const accountNamed = (data: MemoryData, name: string): MemoryAccount | undefined =>
  [...data.accounts.values()].find((account) => account.name === name)

const accountLike = (data: MemoryData, name: string): MemoryAccount | undefined =>
  [...data.accounts.values()].find((account) => lookOf(account.name) === lookOf(name))

const authentication = (current: () => MemoryData): AuthenticationStore => ({
  isEmpty: async () => current().accounts.size === 0,
  login: async (name) => {
    const found = accountNamed(current(), name)
    return found && { account: found.account, credential: found.credential, opaqueRecord: found.opaqueRecord }
  },
  createAccount: async ({ invite, ...made }) => {
    const { account, name, credential, opaqueRecord, genesis, state, rootSlot, session } = made
    const data = current()
    const id = keyOf(account)
    const device = session.device && keyOf(session.device)
    const isTaken =
      accountNamed(data, name) ||
      [...data.accounts.values()].some((other) => other.credential === credential) ||
      data.accounts.has(id) ||
      (device !== null && data.devices.has(device))
    if (isTaken) return 'taken'
    if (accountLike(data, name)) return 'alike'
    if (invite) {
      const found = data.invites.get(keyOf(invite))
      if (!found || !isUsable(found, session.createdMs)) return 'invite_spent'
      data.invites.set(keyOf(invite), { ...found, uses: found.uses + 1 })
    }
    data.accounts.set(id, { account, name, credential, opaqueRecord, seq: 0, state, links: [genesis] })
    if (device !== null) data.devices.set(device, id)
    data.slots.set(`${id}/root`, { counter: 1, sealed: rootSlot })
    data.sessions.set(keyOf(session.tokenHash), session)
    return 'created'
  },
  openSession: async (session, sessionsMax) => {
    const { sessions } = current()
    const own = [...sessions.values()]
      .filter(({ account }) => keyOf(account) === keyOf(session.account))
      .toSorted((a, b) => b.usedMs - a.usedMs)
    const isReplaced = (device: Uint8Array | null): boolean =>
      device !== null && session.device !== null && keyOf(device) === keyOf(session.device)
    const replaced = own.filter(({ device }) => isReplaced(device))
    const others = own.filter(({ device }) => !isReplaced(device))
    const ended = [...replaced, ...others.slice(sessionsMax - 1)].map(({ tokenHash }) => tokenHash)
    for (const hash of ended) sessions.delete(keyOf(hash))
    sessions.set(keyOf(session.tokenHash), session)
    return ended
  },
  refuseSuspended: async () => {},
  session: async (tokenHash) => {
    const data = current()
    const found = data.sessions.get(keyOf(tokenHash))
    const account = found && data.accounts.get(keyOf(found.account))
    return found && account && { ...found, name: account.name }
  },
  touchSession: async (tokenHash, usedMs) => {
    const { sessions } = current()
    const found = sessions.get(keyOf(tokenHash))
    if (found) sessions.set(keyOf(tokenHash), { ...found, usedMs })
  },
  endSession: async (tokenHash) => {
    current().sessions.delete(keyOf(tokenHash))
  },
})

const invites = (current: () => MemoryData): InviteStore => ({
  invite: async (keyHash) => current().invites.get(keyOf(keyHash)),
  createInvite: async (invite, invitesMax) => {
    const { invites: kept } = current()
    const ids = [...kept.values()].map(({ id }) => id)
    for (const [key, one] of kept) if (!isUsable(one, invite.createdMs)) kept.delete(key)
    if (kept.size >= invitesMax) return undefined
    const id = Math.max(0, ...ids) + 1
    kept.set(keyOf(invite.keyHash), { ...invite, id, uses: 0 })
    return id
  },
  invites: async () => [...current().invites.values()],
  revokeInvite: async (id) => {
    const { invites: kept } = current()
    const [key] = [...kept].find(([, one]) => one.id === id) ?? []
    return key !== undefined && kept.delete(key)
  },
})

const bare = ({ ref, bytes, lastResort, notAfterS }: StoredKeyPackage): StoredKeyPackage => ({
  ref,
  bytes,
  lastResort,
  notAfterS,
})

const handOut = (
  { claims }: MemoryData,
  owner: Uint8Array,
  claimant: Uint8Array,
  found: StoredKeyPackage | undefined,
): StoredKeyPackage | undefined => {
  if (!found) return undefined
  const key = claimKey(claimant, found.ref)
  const times = (claims.get(key)?.times ?? 0) + 1
  claims.set(key, { owner: keyOf(owner), claimant: keyOf(claimant), times, notAfterS: found.notAfterS })
  return bare(found)
}

const packageKey = (account: Uint8Array, device: Uint8Array): string => `${keyOf(account)}/${keyOf(device)}`

const directory = (current: () => MemoryData): DirectoryStore => {
  const stored = (account: MemoryAccount | undefined) =>
    account && { account: account.account, name: account.name, seq: account.seq, state: account.state }
  return {
    account: async (account) => stored(current().accounts.get(keyOf(account))),
    accountNamed: async (name) => stored(accountNamed(current(), name)),
    links: async (account, from, linksMax) =>
      current()
        .accounts.get(keyOf(account))
        ?.links.slice(from, from + linksMax) ?? [],
    extendChain: async ({ account, seq, link, name, state, added, revoked }) => {
      const data = current()
      const id = keyOf(account)
      const before = data.accounts.get(id) as MemoryAccount
      const named = accountNamed(data, name)
      if (named && keyOf(named.account) !== id) return { kind: 'name_taken' }
      const alike = accountLike(data, name)
      if (alike && keyOf(alike.account) !== id) return { kind: 'name_alike' }
      if (before.links.length !== seq || added.some((device) => data.devices.has(keyOf(device))))
        return { kind: 'conflict' }
      data.accounts.set(id, { ...before, name, seq, state, links: [...before.links, link] })
      for (const device of added) data.devices.set(keyOf(device), id)
      const gone = new Set(revoked.map(keyOf))
      for (const device of revoked) data.packages.delete(packageKey(account, device))
      const ended = [...data.sessions.values()].filter(
        (session) =>
          keyOf(session.account) === id && session.device !== null && gone.has(keyOf(session.device)),
      )
      for (const { tokenHash } of ended) data.sessions.delete(keyOf(tokenHash))
      return { kind: 'extended', endedSessions: ended.map(({ tokenHash }) => tokenHash) }
    },
    putKeyPackages: async (account, device, packages, { storedMax, nowMs, replace, mayExpire }) => {
      const data = current()
      const nowS = Math.floor(nowMs / 1000)
      const key = packageKey(account, device)
      for (const [ref, notAfterS] of data.spent) if (mayExpire && notAfterS <= nowS) data.spent.delete(ref)
      for (const [ref, { notAfterS }] of data.claims)
        if (mayExpire && notAfterS <= nowS) data.claims.delete(ref)
      const isRenewed = packages.some(({ lastResort }) => lastResort)
      const kept = (data.packages.get(key) ?? []).filter(
        ({ notAfterS, lastResort }) =>
          !replace && !(mayExpire && notAfterS <= nowS) && !(lastResort && isRenewed),
      )
      const free = Math.max(
        0,
        storedMax - kept.filter(({ lastResort, notAfterS }) => !lastResort && notAfterS > nowS).length,
      )
      const oneTime = packages
        .filter(({ ref, lastResort }) => !lastResort && !data.spent.has(keyOf(ref)))
        .slice(0, free)
      const known = new Set(kept.map(({ ref }) => keyOf(ref)))
      const added = [...oneTime, ...packages.filter(({ lastResort }) => lastResort)]
        .filter(({ ref }) => !known.has(keyOf(ref)))
        .map((one) => ({ ...one, createdMs: nowMs }))
      data.packages.set(key, [...kept, ...added])
    },
    countKeyPackages: async (account, device, nowS) => {
      const valid = (current().packages.get(packageKey(account, device)) ?? []).filter(
        ({ notAfterS }) => notAfterS > nowS,
      )
      return {
        oneTime: valid.filter(({ lastResort }) => !lastResort).length,
        lastResort: valid.some(({ lastResort }) => lastResort),
      }
    },
    takeKeyPackage: async ({ account, device, claimant, nowS }) => {
      const data = current()
      const key = packageKey(account, device)
      const all = data.packages.get(key) ?? []
      const valid = all
        .filter(({ notAfterS }) => notAfterS > nowS)
        .toSorted((a, b) => a.createdMs - b.createdMs || (keyOf(a.ref) < keyOf(b.ref) ? -1 : 1))
      const taken = valid.find(({ lastResort }) => !lastResort)
      if (taken) {
        data.packages.set(
          key,
          all.filter((one) => one !== taken),
        )
        data.spent.set(keyOf(taken.ref), taken.notAfterS)
      }
      return handOut(data, account, claimant, taken ?? valid.find(({ lastResort }) => lastResort))
    },
    takeLastResort: async ({ account, device, claimant, nowS }) => {
      const data = current()
      const all = data.packages.get(packageKey(account, device)) ?? []
      const last = all.find(({ lastResort, notAfterS }) => lastResort && notAfterS > nowS)
      return handOut(data, account, claimant, last)
    },
    block: async (account, blocked, blockedMax) => {
      const data = current()
      const [id, other] = [keyOf(account), keyOf(blocked)]
      const known = data.blocks.get(id) ?? new Map<string, Uint8Array>()
      if (!known.has(other) && known.size >= blockedMax) return 'full'
      data.blocks.set(id, new Map([...known, [other, blocked]]))
      for (const [key, claim] of data.claims)
        if (claim.owner === id && claim.claimant === other) data.claims.delete(key)
      return 'blocked'
    },
    unblock: async (account, blocked) => {
      const { blocks } = current()
      const known = new Map(blocks.get(keyOf(account)))
      known.delete(keyOf(blocked))
      blocks.set(keyOf(account), known)
    },
    blocked: async (account) =>
      [...(current().blocks.get(keyOf(account)) ?? [])]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, one]) => one),
    isBlocked: async (account, by) => current().blocks.get(keyOf(by))?.has(keyOf(account)) ?? false,
    slot: async (account, slot) => current().slots.get(`${keyOf(account)}/${slot}`),
    putSlot: async (account, slot, value) => {
      const { slots } = current()
      const key = `${keyOf(account)}/${slot}`
      const before = slots.get(key)
      if (before && before.counter >= value.counter) return { kind: 'behind', counter: before.counter }
      slots.set(key, value)
      return { kind: 'kept' }
    },
  }
}

/** A store without a disk: for the seeded world, where crashes and backups are made by hand. */
export const memoryStore = (current: () => MemoryData): Omit<Store, 'open' | 'kept' | 'admin'> => ({
  authentication: authentication(current),
  invites: invites(current),
  directory: directory(current),
  delivery: memoryDeliveryStore(current),
  openRoom: memoryOpenRoomStore(current),
  clock: {
    last: async () => current().lastMs,
    note: async (timeMs) => {
      current().lastMs = timeMs
    },
  },
  budgets: { level: async (budget) => current().budgets.get(budget) },
  space: () => ({ freeBytes: Number.POSITIVE_INFINITY, wholeBytes: Number.POSITIVE_INFINITY }),
  answer: async () => {},
  close: async () => {},
})
