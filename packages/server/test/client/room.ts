import {
  commit,
  type CommitOptions,
  createGroup,
  decode,
  decodeKeyPackage,
  decodeMessage,
  decodeTree,
  encodeTree,
  encrypt,
  type Engine,
  type Group,
  hybridSuiteId,
  join,
  joinExternally,
  leaves,
  makeEngine,
  makeGroupInfo,
  process as processMessage,
  type Proposal,
  propose,
} from '@sotto/mls'
import {
  type Acknowledgement,
  acknowledgementMessage,
  anchorHashBytes,
  decodeEntry,
  encodeCommitAttachment,
  encodeEnvelope,
  entryHash,
  type EntryKind,
  entryKinds,
  type Envelope,
  equalBytes,
  H,
  type LogPage,
  operations,
  type Submission,
  toHex,
  type WaitingWelcome,
} from '@sotto/protocol'
import {
  buildJoinProof,
  contextExtensions,
  extensionsWithPolicy,
  identityOf,
  metaHash,
  newPolicy,
  type NewPolicy,
  type Policy,
  policyOf,
  roomChecks,
  withMember,
} from '@sotto/trust'
import { good, leafParts, learn, makeBundle, nowS, provider, random, type RawDevice } from './device.ts'

/** A room as one device knows it. What it sends it also takes in at once; what others send, by `catchUp`. */
export interface RawRoom {
  readonly device: RawDevice
  readonly id: Uint8Array
  group: Group
  /** The last entry that was processed. */
  seq: number
  hash: Uint8Array
  counter: number
  /** Texts in the order of the log, of others and of its own. */
  readonly texts: string[]
  /** Hashes of what it has handed in: nobody decrypts their own messages. */
  readonly own: Set<string>
}

export const engineOf = (device: RawDevice): Engine =>
  makeEngine(
    provider,
    hybridSuiteId,
    roomChecks(provider, (account) => device.chains.get(toHex(account)), nowS),
  )

export const policyIn = (room: RawRoom): Policy => good(policyOf(room.group.public.context))

const metaOf = (name: string) => {
  const salt = random(16)
  return { hash: metaHash(salt, new TextEncoder().encode(name)), sealed: random(48) }
}

export interface CreateChoices {
  readonly kind?: 'group' | 'announce'
  /** The name under which it is to be the open room. */
  readonly open?: string
  readonly change?: (policy: Policy) => Policy
}

/** What `room.create` wants, and the group that it opens. */
export const prepareRoom = async (
  device: RawDevice,
  { kind = 'group', change = (p) => p, open }: CreateChoices = {},
) => {
  const room = random(16)
  const meta = metaOf('General')
  const choice: NewPolicy = { room, owner: device.account, metaHash: meta.hash, kind }
  const group = await createGroup(engineOf(device), {
    groupId: room,
    bundle: await makeBundle(device),
    extensions: contextExtensions(change(newPolicy(choice))),
  })
  const input = {
    room,
    groupInfo: await makeGroupInfo(engineOf(device), group),
    tree: encodeTree(group.public.tree),
    meta: meta.sealed,
    ...(open === undefined ? {} : { open }),
  }
  return { group, input }
}

export const createRoom = async (device: RawDevice, choices?: CreateChoices): Promise<RawRoom> => {
  const { group, input } = await prepareRoom(device, choices)
  const { ack } = await device.call(operations.createRoom, input)
  return {
    device,
    id: input.room,
    group,
    seq: ack.seq,
    hash: ack.hash,
    counter: 0,
    texts: [],
    own: new Set(),
  }
}

export const envelopeFor = (
  room: RawRoom,
  kind: EntryKind,
  changes: Partial<Envelope> = {},
): { readonly envelope: Envelope; readonly authenticatedData: Uint8Array } => {
  const envelope: Envelope = {
    version: 1,
    room: room.id,
    kind,
    messageId: random(16),
    sendCounter: ++room.counter,
    anchorSeq: room.seq,
    anchorHash: room.hash.slice(0, anchorHashBytes),
    archiveHash: null,
    expiryClass: 0,
    extension: null,
    ...changes,
  }
  return { envelope, authenticatedData: encodeEnvelope(envelope) }
}

/** An encrypted text, not yet handed in. The ratchet has moved on. */
export const write = async (
  room: RawRoom,
  text: string,
  changes: Partial<Envelope> = {},
): Promise<Submission & { readonly messageId: Uint8Array }> => {
  const { envelope, authenticatedData } = envelopeFor(room, entryKinds.app, changes)
  const sent = await encrypt(engineOf(room.device), room.group, new TextEncoder().encode(text), {
    authenticatedData,
  })
  room.group = sent.group
  return { message: sent.message, aux: null, messageId: envelope.messageId }
}

export const submit = async (room: RawRoom, submission: Submission): Promise<Acknowledgement> => {
  const { message, aux } = submission
  room.own.add(toHex(H(message)))
  const { ack } = await room.device.call(operations.submitMessage, { room: room.id, message, aux })
  return ack
}

export const say = async (room: RawRoom, text: string): Promise<Acknowledgement> => {
  const ack = await submit(room, await write(room, text))
  room.texts.push(text)
  return ack
}

export interface PreparedCommit {
  readonly submission: Submission
  readonly staged: Group
}

/** A commit with everything that rides with it, not yet handed in. */
export const prepareCommit = async (
  room: RawRoom,
  options: CommitOptions,
  changes: { readonly envelope?: Partial<Envelope>; readonly meta?: Uint8Array | null } = {},
): Promise<PreparedCommit> => {
  const { authenticatedData } = envelopeFor(room, entryKinds.commit, changes.envelope)
  const made = await commit(engineOf(room.device), room.group, { ...options, authenticatedData })
  const aux = encodeCommitAttachment({
    groupInfo: made.groupInfo,
    welcome: made.welcome ?? null,
    meta: changes.meta === undefined ? random(48) : changes.meta,
  })
  return { submission: { message: made.message, aux }, staged: made.staged }
}

/** Hands a commit in and enters its epoch. */
export const adopt = async (room: RawRoom, prepared: PreparedCommit): Promise<Acknowledgement> => {
  const ack = await submit(room, prepared.submission)
  room.group = prepared.staged
  room.seq = ack.seq
  room.hash = ack.hash
  return ack
}

/** Adds every device of an account that can be invited. */
export const invitation = async (room: RawRoom, account: Uint8Array): Promise<readonly Proposal[]> => {
  const { device } = room
  await learn(device, account)
  const { packages } = await device.call(operations.claimKeyPackages, { room: room.id, account })
  const adds = packages.map(({ keyPackage }): Proposal => ({
    kind: 'add',
    keyPackage: decode(decodeKeyPackage, keyPackage),
  }))
  const extensions = extensionsWithPolicy(room.group.public.context, withMember(policyIn(room), account))
  return [...adds, { kind: 'group_context_extensions', extensions }]
}

export const invite = async (room: RawRoom, account: Uint8Array): Promise<Acknowledgement> =>
  adopt(room, await prepareCommit(room, { proposals: await invitation(room, account) }))

/** Enters the group of the Welcome that waits for this room. */
export const acceptWelcome = async (device: RawDevice, id: Uint8Array): Promise<RawRoom> => {
  const { welcomes } = await device.call(operations.listWelcomes, {})
  const waiting = welcomes.find(({ room }) => equalBytes(room, id)) as WaitingWelcome
  const { tree } = await device.call(operations.readTree, { room: id, hash: waiting.treeHash })
  await learnFromTree(device, tree, waiting)
  const joined = await join(engineOf(device), { welcome: waiting.welcome, bundles: device.bundles, tree })
  await device.call(operations.settleWelcome, { room: id, seq: waiting.seq, outcome: 'joined' })
  const { entryHash: hash, seq } = waiting
  return { device, id, group: joined.group, seq, hash, counter: 0, texts: [], own: new Set() }
}

const learnFromTree = async (device: RawDevice, tree: Uint8Array, waiting: WaitingWelcome): Promise<void> => {
  for (const [, leaf] of leaves(decodeTree(tree))) {
    const account = identityOf(leaf)?.account
    if (account) await learn(device, account)
  }
  if (waiting.inviter) await learn(device, waiting.inviter)
}

/** Comes in from outside: in the place of an own leaf, or of none. */
export const prepareExternalJoin = async (
  device: RawDevice,
  id: Uint8Array,
  at: { seq: number; hash: Uint8Array; counter: number },
) => {
  const { groupInfo } = await device.call(operations.readGroupInfo, { room: id })
  const message = decode(decodeMessage, groupInfo)
  if (message.kind !== 'group_info') throw new Error('not a GroupInfo')
  const { context } = message.groupInfo
  const { tree } = await device.call(operations.readTree, { room: id, hash: context.treeHash })
  const own = [...leaves(decodeTree(tree))]
  for (const [, leaf] of own) await learn(device, identityOf(leaf)?.account as Uint8Array)
  const mine = own.find(([, leaf]) => equalBytes(identityOf(leaf)?.device as Uint8Array, device.id))
  const parts = await leafParts(device)
  const extension = await buildJoinProof(device.signer, {
    groupId: context.groupId,
    epoch: context.epoch,
    confirmedTranscriptHash: context.confirmedTranscriptHash,
    leafKey: parts.signatureKeyPair.publicKey,
  })
  const room: RawRoom = { device, id, group: undefined as unknown as Group, ...at, texts: [], own: new Set() }
  const { authenticatedData } = envelopeFor(room, entryKinds.commit, { extension })
  const joined = await joinExternally(engineOf(device), {
    groupInfo,
    tree,
    ...parts,
    ...(mine ? { remove: mine[0] } : {}),
    authenticatedData,
  })
  room.group = joined.staged
  const aux = encodeCommitAttachment({ groupInfo: joined.groupInfo, welcome: null, meta: null })
  return { room, prepared: { submission: { message: joined.message, aux }, staged: joined.staged } }
}

/** A proposal of its own, handed in. */
export const proposeAlone = async (room: RawRoom, proposal: Proposal): Promise<Acknowledgement> => {
  const { authenticatedData } = envelopeFor(room, entryKinds.proposal)
  const made = await propose(engineOf(room.device), room.group, proposal, { authenticatedData })
  const ack = await submit(room, { message: made.message, aux: null })
  room.group = made.group
  return ack
}

/** Checks what a page promises: order, chain, payloads, and the server's signature. */
export const verifyPage = async (
  page: LogPage,
  logKey: Uint8Array,
  before: { seq: number; hash: Uint8Array },
) => {
  let { seq, hash } = before
  for (const { entry: bytes, payload, aux } of page.messages) {
    const entry = decodeEntry(bytes)
    if (entry.seq !== seq + 1 || !equalBytes(entry.previousHash, hash)) throw new Error('the chain is broken')
    if (payload && !equalBytes(H(payload), entry.payloadHash)) throw new Error('another payload')
    if (aux && entry.auxHash && !equalBytes(H(aux), entry.auxHash)) throw new Error('another record')
    seq = entry.seq
    hash = entryHash(bytes)
  }
  if (page.messages.length > 0 && (page.ack.seq !== seq || !equalBytes(page.ack.hash, hash)))
    throw new Error('the acknowledgement is of another entry')
  for (const ack of [page.ack, page.head])
    if (!(await provider.verify('Ed25519', logKey, acknowledgementMessage(ack), ack.signature)))
      throw new Error('the acknowledgement is not signed')
  return { seq, hash }
}

/** Reads and processes the log to its head. Own messages are in `texts` already. */
export const catchUp = async (room: RawRoom): Promise<'member' | 'removed'> => {
  const { device } = room
  const { logKey } = await device.call(operations.readServer, {})
  for (;;) {
    const page = await device.call(operations.readLog, { room: room.id, from: room.seq + 1 })
    const after = await verifyPage(page, logKey, room)
    for (const { entry, payload } of page.messages) {
      const { kind } = decodeEntry(entry)
      if (!payload || kind === entryKinds.nack || room.own.has(toHex(H(payload)))) continue
      const done = await processMessage(engineOf(device), room.group, payload)
      if (done.kind === 'application') room.texts.push(new TextDecoder().decode(done.data))
      if (done.kind === 'commit' && !done.group) {
        Object.assign(room, after)
        return 'removed'
      }
      room.group = done.group as Group
    }
    Object.assign(room, after)
    if (page.head.seq === after.seq) return 'member'
  }
}
