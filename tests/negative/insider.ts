import {
  type MemoryDisk,
  type MemoryKeys,
  openMemoryKeychain,
  openMemoryStore,
  sealedStore,
} from '@sotto/client'
import type { Transport } from '@sotto/client'
import { type Group, groupFromParts, type KeyPackage, leafAt } from '@sotto/mls'
import { nodeProvider } from '@sotto/mls/provider/node'
import { operations } from '@sotto/protocol'
import {
  type AccountState,
  type DeviceSigner,
  identityOf,
  type LeafIdentity,
  type Policy,
  policyOf,
  type Verdict,
  verifyChain,
} from '@sotto/trust'

export const provider = nodeProvider()

/** What one person's device holds, at one moment. */
export interface Kept {
  readonly name: string
  readonly rows: ReadonlyMap<string, Uint8Array>
  readonly keys: MemoryKeys
  /** Of its session at the server. */
  readonly token: string
}

/** A device with its keys, past its client. */
export interface Persona {
  readonly name: string
  readonly token: string
  readonly account: Uint8Array
  readonly device: Uint8Array
  /** D. */
  readonly signer: DeviceSigner
  readonly chain: AccountState
}

/** A member whose client has been changed: it has every key that its device has, and keeps to no rule. */
export interface Insider extends Persona {
  readonly group: Group
}

export const deviceOf = ({ rows, keys }: Kept): { disk: MemoryDisk; keys: MemoryKeys } => ({
  disk: { rows: new Map(rows), fence: 0 },
  keys: { ...keys },
})

export const good = <T>(verdict: Verdict<T>): T => {
  if (verdict.kind === 'refused') throw new Error(`refused by ${verdict.rule}`)
  return verdict.value
}

export const policyIn = ({ group }: Pick<Insider, 'group'>): Policy => good(policyOf(group.public.context))

/** The MLS state of a room as a device has stored it; undefined where it has none. */
export const storedGroup = async (kept: Kept, room: string): Promise<Group | undefined> => {
  const { disk, keys } = deviceOf(kept)
  const store = sealedStore(await openMemoryStore(disk), openMemoryKeychain(provider, keys))
  const folder = `group/${room}/`
  const rows = await store.range(folder, `group/${room}0`, { limit: 10_000 })
  const parts = new Map(rows.map(({ key, value }) => [key.slice(folder.length), value]))
  return parts.size > 0 ? groupFromParts(parts) : undefined
}

export const chainOf = async (line: Transport, token: string, account: Uint8Array): Promise<AccountState> => {
  const { links } = await line.call(operations.readChain, { account, from: 0 }, token)
  return good(await verifyChain(provider, links, Math.floor(Date.now() / 1000)))
}

export const personaOf = async (
  line: Transport,
  kept: Kept,
  { account, device }: LeafIdentity,
): Promise<Persona> => ({
  name: kept.name,
  token: kept.token,
  account,
  device,
  signer: await openMemoryKeychain(provider, deviceOf(kept).keys).signer(),
  chain: await chainOf(line, kept.token, account),
})

export const identityIn = ({ leafNode }: KeyPackage): LeafIdentity => {
  const identity = identityOf(leafNode)
  if (!identity) throw new Error('a leaf of somebody')
  return identity
}

export const insiderOf = async (line: Transport, kept: Kept, room: string): Promise<Insider> => {
  const group = await storedGroup(kept, room)
  const leaf = group && leafAt(group.public.tree, group.ownLeaf)
  const identity = leaf && identityOf(leaf)
  if (!group || !identity) throw new Error(`${kept.name} is not in the room`)
  return { ...(await personaOf(line, kept, identity)), group }
}
