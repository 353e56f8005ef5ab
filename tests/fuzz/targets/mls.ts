import * as mls from '@sotto/mls'
import type { Target } from '../target.ts'
import { credulous, engine, world } from './group.ts'

const { decode, encode, MlsError } = mls

const isRefusal = (error: unknown): boolean => error instanceof MlsError

type Encoder = (writer: mls.Writer, value: never) => void
type Decoder = (reader: mls.Reader) => unknown

/** Values of every structure there is, out of a room at work. */
const values = async (): Promise<Readonly<Record<string, readonly unknown[]>>> => {
  const { people, group, groupInfo, messages } = await world()
  const read = [groupInfo, ...messages].map((bytes) => decode(mls.decodeMessage, bytes))
  const [info] = read.flatMap((message) => (message.kind === 'group_info' ? [message.groupInfo] : []))
  const framed = read.flatMap((message) => (message.kind === 'public' ? [message.message] : []))
  const sealed = read.flatMap((message) => (message.kind === 'private' ? [message.message] : []))
  const welcomes = read.flatMap((message) => (message.kind === 'welcome' ? [message.welcome] : []))
  const contents = framed.map(({ authenticated }) => authenticated.framed)
  const commits = contents.flatMap(({ content }) => (content.kind === 'commit' ? [content.commit] : []))
  const proposals = contents.flatMap(({ content }) => (content.kind === 'proposal' ? [content.proposal] : []))
  const leaves = people.map(({ bundle }) => bundle.keyPackage.leafNode)
  const { extensions } = group.public.context
  const more: readonly mls.Proposal[] = [
    { kind: 'external_init', kemOutput: new Uint8Array(40) },
    { kind: 'group_context_extensions', extensions },
    { kind: 'add', keyPackage: (people[1] as (typeof people)[0]).bundle.keyPackage },
    { kind: 'unknown', type: 0xf00d, data: new Uint8Array(9) },
  ]
  return {
    Message: read,
    GroupInfo: [info],
    PublicMessage: framed,
    PrivateMessage: sealed,
    Welcome: welcomes,
    FramedContent: contents,
    Commit: commits,
    ProposalOrRef: commits.flatMap((commit) => commit.proposals),
    UpdatePath: commits.flatMap(({ path }) => (path ? [path] : [])),
    Proposal: [...proposals, ...more],
    KeyPackage: people.map(({ bundle }) => bundle.keyPackage),
    LeafNode: [...leaves, ...[...mls.leaves(group.public.tree)].map(([, leaf]) => leaf)],
    Capabilities: leaves.map(({ capabilities }) => capabilities),
    Credential: leaves.map(({ credential }) => credential),
    Extension: extensions,
    Extensions: [extensions, []],
    GroupContext: [group.public.context],
    Sender: contents.map(({ sender }) => sender),
    Types: [[1, 2, 3], []],
    RequiredCapabilities: [{ extensions: [0xf0e1], proposals: [], credentials: [1] }],
    ExternalSenders: [
      [{ signatureKey: new Uint8Array(32), credential: { kind: 'basic', identity: new Uint8Array(4) } }],
    ],
    ExternalSender: [
      { signatureKey: new Uint8Array(32), credential: { kind: 'basic', identity: new Uint8Array(4) } },
    ],
    ParentNode: [
      { encryptionKey: new Uint8Array(1216), parentHash: new Uint8Array(48), unmergedLeaves: [1, 2, 700] },
      { encryptionKey: new Uint8Array(1216), parentHash: new Uint8Array(0), unmergedLeaves: [] },
    ],
    PreSharedKeyId: [
      { kind: 'external', id: new Uint8Array(8), nonce: new Uint8Array(48) },
      {
        kind: 'resumption',
        usage: 'application',
        groupId: new Uint8Array(16),
        epoch: 3n,
        nonce: new Uint8Array(48),
      },
    ],
    ReInit: [{ groupId: new Uint8Array(16), version: 1, cipherSuite: 2, extensions }],
    ContentType: ['application', 'proposal', 'commit'],
    ProtocolVersion: [1],
  }
}

const attempted = (work: () => Uint8Array): readonly Uint8Array[] => {
  try {
    return [work()]
  } catch {
    return []
  }
}

/** What a reader and a writer of the same name do with what the other has made. */
const structures: readonly Target[] = Object.entries(mls).flatMap(([name, reader]): readonly Target[] => {
  const structure = /^decode([A-Z]\w*)$/.exec(name)?.[1]
  const writer = structure && (mls as Readonly<Record<string, unknown>>)[`encode${structure}`]
  // Read by other names below: not from a reader, or with more than that.
  if (!structure || ['Tree', 'PublicGroup', 'Content'].includes(structure)) return []
  return [
    {
      name: `mls/${structure}`,
      seeds: async () => {
        const known = (await values())[structure] ?? []
        const valid = known.flatMap((value) => attempted(() => encode(writer as Encoder, value as never)))
        const { messages } = await world()
        return valid.length > 0 ? valid : messages
      },
      read: (bytes) => decode(reader as Decoder, bytes),
      write: (value) => encode(writer as Encoder, value),
      isRefusal,
    },
  ]
})

const contentTypes: readonly mls.ContentType[] = ['application', 'proposal', 'commit']

const parts = async (): Promise<Uint8Array> => {
  const { joined } = await world()
  const all = mls.groupParts(null, joined)
  // One after the other, each with its length: so that a part can be spoiled.
  const writer = new mls.Writer()
  for (const { part, bytes } of all) {
    writer.opaque(new TextEncoder().encode(part))
    writer.opaque(bytes ?? new Uint8Array())
  }
  return writer.take()
}

const readParts = (bytes: Uint8Array): ReadonlyMap<string, Uint8Array> => {
  const reader = new mls.Reader(bytes)
  const map = new Map<string, Uint8Array>()
  while (reader.remaining > 0) {
    const name = String.fromCharCode(...reader.opaque().subarray(0, 64))
    map.set(name, reader.opaque())
  }
  return map
}

const others: readonly Target[] = [
  {
    name: 'mls/Content',
    seeds: async () => {
      const contents = ((await values())['FramedContent'] ?? []) as readonly mls.FramedContent[]
      return contents.map(({ content }) =>
        encode((writer) => {
          writer.uint8(contentTypes.indexOf(content.kind))
          mls.encodeContent(writer, content)
        }, undefined),
      )
    },
    read: (bytes) => {
      const type = contentTypes[(bytes[0] ?? 0) % contentTypes.length] as mls.ContentType
      return decode((reader) => mls.decodeContent(reader, type), bytes.subarray(1))
    },
    isRefusal,
  },
  {
    name: 'mls/Tree',
    seeds: async () => [(await world()).tree],
    read: (bytes) => mls.decodeTree(bytes, 2048),
    write: (tree) => mls.encodeTree(tree),
    isRefusal,
  },
  {
    name: 'mls/PublicGroup',
    seeds: async () => [mls.encodePublicGroup((await world()).group.public)],
    read: (bytes) => mls.decodePublicGroup(bytes),
    write: (group) => mls.encodePublicGroup(group),
    isRefusal,
  },
  {
    name: 'mls/stored parts',
    seeds: async () => [await parts()],
    read: (bytes) => mls.groupFromParts(readParts(bytes)),
    isRefusal,
  },
  {
    name: 'mls/header of a message',
    seeds: async () => {
      const { messages, groupInfo } = await world()
      return [...messages, groupInfo]
    },
    read: (bytes) => mls.readMessage(bytes),
    isRefusal,
  },
  {
    name: 'mls/process',
    seeds: async () => (await world()).messages,
    read: async (bytes) => mls.process(engine, (await world()).joined, bytes),
    isRefusal,
  },
  {
    name: 'mls/observe',
    seeds: async () => (await world()).messages,
    read: async (bytes) => mls.observe(engine, (await world()).group.public, bytes),
    isRefusal,
  },
  {
    // As somebody could sign it: past the signature, into the rules.
    name: 'mls/observe what is signed',
    seeds: async () => (await world()).messages,
    read: async (bytes) => mls.observe(await credulous(), (await world()).group.public, bytes),
    isRefusal,
  },
  {
    name: 'mls/tree of whoever signed it',
    seeds: async () => [(await world()).groupInfo],
    read: async (bytes) =>
      mls.openPublicGroup(await credulous(), { groupInfo: bytes, tree: (await world()).tree }),
    isRefusal,
  },
  {
    name: 'mls/join',
    seeds: async () => (await world()).messages.slice(-1),
    read: async (bytes) => {
      const { tree, people } = await world()
      return mls.join(engine, { welcome: bytes, tree, bundles: people.map(({ bundle }) => bundle) })
    },
    isRefusal,
  },
  {
    name: 'mls/openPublicGroup',
    seeds: async () => [(await world()).groupInfo],
    read: async (bytes) => mls.openPublicGroup(engine, { groupInfo: bytes, tree: (await world()).tree }),
    isRefusal,
  },
  {
    name: 'mls/tree of a GroupInfo',
    seeds: async () => [(await world()).tree],
    read: async (bytes) => mls.openPublicGroup(engine, { groupInfo: (await world()).groupInfo, tree: bytes }),
    isRefusal,
  },
]

export const mlsTargets: readonly Target[] = [...structures, ...others]
