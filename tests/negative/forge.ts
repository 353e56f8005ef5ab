import {
  commit,
  type CommitOptions,
  type Credential,
  encrypt,
  type Group,
  type KeyPair,
  hybridSuiteId,
  joinExternally,
  leafAt,
  leaves,
  type LeafIndex,
  makeEngine,
  makeGroupInfo,
  encodeTree,
  type Proposal,
  propose,
  proposeUpdate,
  type LeafChange,
} from '@sotto/mls'
import {
  anchorHashBytes,
  type CborValue,
  type CommitAttachment,
  decodeCanonical,
  encodeCanonical,
  encodeEnvelope,
  type EntryKind,
  entryKinds,
  type Envelope,
  equalBytes,
} from '@sotto/protocol'
import {
  buildJoinProof,
  buildLeafCredential,
  type ExternalJoin,
  extensionsWithPolicy,
  identityOf,
  leafCapabilities,
  type LeafIdentity,
  type Policy,
  policyExtensionType,
  type SignatureLabel,
  signLabelled,
} from '@sotto/trust'
import { type Insider, provider } from './insider.ts'

/** The engine of somebody who asks nobody, and to whom every signature is right. */
export const lawless = makeEngine({ ...provider, verify: () => true }, hybridSuiteId, {
  leaf: () => undefined,
  commit: () => undefined,
})

/** Where the log stands for whoever makes a message. */
export interface Place {
  readonly room: Uint8Array
  readonly seq: number
  readonly hash: Uint8Array
}

/** One message on its way into a log, and what its sender has afterwards. */
export interface Step {
  readonly by: Insider
  readonly kind: EntryKind
  readonly epoch: number
  readonly message: Uint8Array
  readonly attachment: CommitAttachment | null
  /** The sender in the state after the message. */
  readonly after: Insider
}

let counter = 1_000_000

export const envelope = (place: Place, kind: EntryKind, changed: Partial<Envelope> = {}): Uint8Array =>
  encodeEnvelope({
    version: 1,
    room: place.room,
    kind,
    messageId: provider.random(16),
    sendCounter: ++counter,
    anchorSeq: place.seq,
    anchorHash: place.hash.slice(0, anchorHashBytes),
    archiveHash: null,
    expiryClass: 0,
    extension: null,
    ...changed,
  })

export const epochOf = ({ group }: Pick<Insider, 'group'>): number => Number(group.public.context.epoch)

/** The same in bytes that are not the one way of writing it. */
export type Form = (bytes: Uint8Array) => Uint8Array
const asItIs: Form = (bytes) => bytes

export interface Forgery extends Omit<CommitOptions, 'authenticatedData'> {
  readonly envelope?: Partial<Envelope>
  /** The envelope in other bytes. */
  readonly form?: Form
  /** In the place of the GroupInfo of the epoch that the commit leads to. */
  readonly groupInfo?: Uint8Array
}

/** A commit that is right in everything that its maker's own engine asks of a commit, and nothing else. */
export const commitBy = async (by: Insider, place: Place, forgery: Forgery): Promise<Step> => {
  const { envelope: changed, groupInfo, form = asItIs, ...options } = forgery
  const made = await commit(lawless, by.group, {
    forcePath: true,
    ...options,
    authenticatedData: form(envelope(place, entryKinds.commit, changed)),
  })
  return {
    by,
    kind: entryKinds.commit,
    epoch: epochOf(by),
    message: made.message,
    attachment: {
      groupInfo: groupInfo ?? made.groupInfo,
      welcome: made.welcome ?? null,
      meta: made.welcome ? provider.random(48) : null,
    },
    after: { ...by, group: made.staged },
  }
}

const proposalStep = (by: Insider, made: { message: Uint8Array; group: Group }): Step => ({
  by,
  kind: entryKinds.proposal,
  epoch: epochOf(by),
  message: made.message,
  attachment: null,
  after: { ...by, group: made.group },
})

export const proposeBy = async (by: Insider, place: Place, proposal: Proposal): Promise<Step> =>
  proposalStep(
    by,
    await propose(lawless, by.group, proposal, {
      authenticatedData: envelope(place, entryKinds.proposal),
    }),
  )

export const updateBy = async (by: Insider, place: Place, change: LeafChange): Promise<Step> =>
  proposalStep(
    by,
    await proposeUpdate(lawless, by.group, change, {
      authenticatedData: envelope(place, entryKinds.proposal),
    }),
  )

export const sayBy = async (
  by: Insider,
  place: Place,
  data: Uint8Array,
  changed: Partial<Envelope> = {},
  form: Form = asItIs,
): Promise<Step> => {
  const sent = await encrypt(lawless, by.group, data, {
    authenticatedData: form(envelope(place, entryKinds.app, changed)),
  })
  return {
    by,
    kind: entryKinds.app,
    epoch: epochOf(by),
    message: sent.message,
    attachment: null,
    after: { ...by, group: sent.group },
  }
}

/** A text as clients write it: the content in its frame, padded to 256 bytes. */
export const payloadOf = (text: string): Uint8Array =>
  padded(encodeCanonical({ md: text, salt: provider.random(16), t: 'text', ts: 0 }))

/** The same with the fields of the content in another order than the one. */
export const unorderedPayloadOf = (text: string): Uint8Array => {
  const fields: readonly (readonly [string, CborValue])[] = [
    ['ts', 0],
    ['t', 'text'],
    ['salt', provider.random(16)],
    ['md', text],
  ]
  const written = fields.flatMap((field) => field.flatMap((item) => [...encodeCanonical(item)]))
  return padded(Uint8Array.from([0xa0 + fields.length, ...written]))
}

const padded = (content: Uint8Array): Uint8Array => {
  const framed = encodeCanonical([content])
  const whole = new Uint8Array(256)
  whole.set(framed)
  whole[framed.length] = 0x80
  return whole
}

export const contextWith = ({ group }: Insider, policy: Policy): Proposal => ({
  kind: 'group_context_extensions',
  extensions: extensionsWithPolicy(group.public.context, policy),
})

/** The context with a policy that nobody would write: its bytes are as they are given. */
export const contextWithBytes = ({ group }: Insider, data: Uint8Array): Proposal => ({
  kind: 'group_context_extensions',
  extensions: group.public.context.extensions.map((extension) =>
    extension.type === policyExtensionType ? { ...extension, data } : extension,
  ),
})

export const policyBytes = ({ group }: Insider): Uint8Array => {
  const carried = group.public.context.extensions.find(({ type }) => type === policyExtensionType)
  if (!carried) throw new Error('the room has a policy')
  return carried.data
}

/** Where somebody's device stands in the tree. */
export const leafOf = ({ group }: Insider, whose: Pick<Insider, 'account'>): LeafIndex => {
  for (const [index, leaf] of leaves(group.public.tree)) {
    const identity = identityOf(leaf)
    if (identity && equalBytes(identity.account, whose.account)) return index
  }
  throw new Error('has no leaf')
}

export const credentialAt = ({ group }: Insider, index: LeafIndex) => {
  const leaf = leafAt(group.public.tree, index)
  if (!leaf) throw new Error('nobody there')
  return leaf.credential
}

const dayS = 86_400

/** What a leaf says of itself, where it is not what its device would say. */
export type LeafClaim = Partial<Omit<LeafIdentity, 'signature'>>

/** A leaf's credential and key, made with somebody's D; `changed` is what is wrong with it. */
export const leafBy = async (
  by: Pick<Insider, 'account' | 'device' | 'signer' | 'chain'>,
  changed: LeafClaim = {},
) => {
  const signatureKeyPair = await provider.signatureGenerate('Ed25519')
  const credential = await buildLeafCredential(by.signer, {
    ...claimOf(by),
    leafKey: signatureKeyPair.publicKey,
    ...changed,
  })
  return { credential, signatureKeyPair }
}

const claimOf = ({ account, device, chain }: Pick<Insider, 'account' | 'device' | 'chain'>) => ({
  account,
  device,
  chainSeq: chain.seq,
  chainHead: chain.head,
  notAfterS: chain.timeS + 80 * dayS,
})

/** A leaf whose claim D has signed, for another purpose. */
export const leafSignedFor = async (by: Entry['as'], label: SignatureLabel, key?: KeyPair) => {
  const signatureKeyPair = key ?? (await provider.signatureGenerate('Ed25519'))
  const { account, device, chainSeq, chainHead, notAfterS } = claimOf(by)
  const claim = [account, device, signatureKeyPair.publicKey, chainSeq, chainHead, notAfterS]
  const signature = await signLabelled(by.signer, label, claim)
  const identity = encodeCanonical([1, account, device, chainSeq, chainHead, notAfterS, signature])
  return { credential: { kind: 'basic', identity } as const, signatureKeyPair }
}

export interface Entry {
  /** Whose D certifies the leaf. */
  readonly as: Pick<Insider, 'account' | 'device' | 'signer' | 'chain'>
  readonly remove?: LeafIndex
  readonly claim?: LeafClaim
  /** In the place of the one that D has certified. */
  readonly credential?: Credential
  /** What the proof is over, where it is not over this join. */
  readonly proofOf?: { readonly epoch?: bigint; readonly groupId?: Uint8Array; readonly leafKey?: Uint8Array }
  /** In the place of the proof. */
  readonly extension?: Uint8Array | null
  readonly envelope?: Partial<Envelope>
  readonly form?: Form
  readonly leafForm?: Form
  /** What becomes of the signature of the proof. */
  readonly proofChanged?: (signature: Uint8Array) => Uint8Array
  /** For what D signs the leaf, if not for a leaf. */
  readonly leafLabel?: SignatureLabel
  readonly extensionFor?: (leafKey: Uint8Array) => Promise<Uint8Array>
  readonly proofBy?: Pick<Insider, 'signer'>
}

const proofOf = async (entry: Entry, join: ExternalJoin): Promise<Uint8Array> => {
  if (entry.extensionFor) return entry.extensionFor(join.leafKey)
  const proof = await buildJoinProof((entry.proofBy ?? entry.as).signer, { ...join, ...entry.proofOf })
  if (!entry.proofChanged) return proof
  const [version, signature] = decodeCanonical(proof) as [number, Uint8Array]
  return encodeCanonical([version, entry.proofChanged(signature)])
}

const leafOfEntry = async ({ as, claim, credential, leafForm, leafLabel }: Entry) => {
  if (leafForm) {
    const made = await leafSignedFor(as, 'leaf')
    const identity = leafForm(made.credential.identity)
    return { ...made, credential: { kind: 'basic', identity } as const }
  }
  const made = leafLabel ? await leafSignedFor(as, leafLabel) : await leafBy(as, claim)
  return credential ? { ...made, credential } : made
}

/**
 * An external commit into the group as `by` has it.
 *
 * @param by whose session hands it in, and whose view of the group is joined
 */
export const enterBy = async (by: Insider, place: Place, entry: Entry): Promise<Step> => {
  const leaf = await leafOfEntry(entry)
  const { groupId, epoch, confirmedTranscriptHash } = by.group.public.context
  const join = { groupId, epoch, confirmedTranscriptHash, leafKey: leaf.signatureKeyPair.publicKey }
  const proof = await proofOf(entry, join)
  const made = await joinExternally(lawless, {
    groupInfo: await makeGroupInfo(lawless, by.group),
    tree: encodeTree(by.group.public.tree),
    ...leaf,
    capabilities: leafCapabilities(),
    ...(entry.remove === undefined ? {} : { remove: entry.remove }),
    authenticatedData: (entry.form ?? asItIs)(
      envelope(place, entryKinds.commit, {
        extension: entry.extension === undefined ? proof : entry.extension,
        ...entry.envelope,
      }),
    ),
  })
  return {
    by,
    kind: entryKinds.commit,
    epoch: epochOf(by),
    message: made.message,
    attachment: { groupInfo: made.groupInfo, welcome: null, meta: null },
    after: { ...by, group: made.staged },
  }
}
