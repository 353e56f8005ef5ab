import assert from 'node:assert/strict'
import {
  checkGroupInfo,
  commit,
  type Committed,
  type CommitOptions,
  createGroup,
  decodePublicGroup,
  type Engine,
  encodePublicGroup,
  encodeTree,
  encrypt,
  epochAuthenticator,
  type Extension,
  exportSecret,
  type Group,
  join,
  joinExternally,
  type KeyPackageBundle,
  makeGroupInfo,
  observe,
  openPublicGroup,
  process,
  type Processed,
  type Proposal,
  type ProposeOptions,
  propose,
  proposeUpdate,
  type PskSource,
  type PublicGroup,
  wipe,
} from '../src/index.ts'
import { bundleOf, capabilitiesOf, fromUtf8, groupId, signatureKeys, utf8 } from './people.ts'
import { snapshot, Storage } from './storage.ts'

/** One member's device: a state, and where it is stored. */
export class Member {
  readonly name: string
  readonly engine: Engine
  readonly storage = new Storage()
  #group: Group

  constructor(name: string, engine: Engine, group: Group) {
    this.name = name
    this.engine = engine
    this.#group = group
    this.storage.store(null, group)
  }

  get group(): Group {
    return this.#group
  }

  /** Stores a new state, then wipes what the old one had more. @returns the bytes written */
  adopt(next: Group, consumed: readonly Uint8Array[]): number {
    const written = this.storage.store(this.#group, next)
    const before = snapshot(next)
    wipe(consumed)
    assert.equal(snapshot(next), before, 'nothing that is still of use was wiped')
    this.#group = next
    return written
  }

  /** As after a restart. */
  reload(): void {
    this.#group = this.storage.load()
  }

  /** Runs an operation on the state, and shows that it left the state alone. */
  async use<T>(operation: (group: Group) => Promise<T>): Promise<T> {
    const before = snapshot(this.#group)
    try {
      return await operation(this.#group)
    } finally {
      assert.equal(snapshot(this.#group), before, 'an operation changed its input')
    }
  }
}

export interface RoomOptions {
  readonly extensions?: readonly Extension[]
  /** Extension types that everyone supports. */
  readonly supports?: readonly number[]
  readonly psks?: PskSource
}

/**
 * A group with all its members, and a server that follows it. Every message goes to everyone, each state is stored in
 * parts, and after each commit all agree.
 */
export class Room {
  readonly engine: Engine
  readonly members = new Map<string, Member>()
  readonly #options: RoomOptions
  #server: PublicGroup

  private constructor(engine: Engine, options: RoomOptions, server: PublicGroup) {
    this.engine = engine
    this.#options = options
    this.#server = server
  }

  static async create(engine: Engine, name: string, options: RoomOptions = {}): Promise<Room> {
    const { extensions = [], supports = [] } = options
    const bundle = await bundleOf(engine, name, { supports })
    const group = await createGroup(engine, { groupId: groupId(), bundle, extensions })
    const server = await openPublicGroup(engine, {
      groupInfo: await makeGroupInfo(engine, group),
      tree: encodeTree(group.public.tree),
    })
    const room = new Room(engine, options, server)
    room.members.set(name, new Member(name, engine, group))
    return room
  }

  /** A room of these people, the first of whom made it. */
  static async of(engine: Engine, names: readonly string[], options: RoomOptions = {}): Promise<Room> {
    const [creator = 'alice', ...others] = names
    const room = await Room.create(engine, creator, options)
    if (others.length > 0) await room.add(creator, others)
    return room
  }

  get server(): PublicGroup {
    return this.#server
  }

  get tree(): Uint8Array {
    return encodeTree(this.#server.tree)
  }

  member(name: string): Member {
    const member = this.members.get(name)
    assert(member, `${name} is in the room`)
    return member
  }

  group(name: string): Group {
    return this.member(name).group
  }

  leafOf(name: string): number {
    return this.group(name).ownLeaf
  }

  async bundle(name: string): Promise<KeyPackageBundle> {
    return bundleOf(this.engine, name, { supports: this.#options.supports ?? [] })
  }

  async add(by: string, names: readonly string[], options: CommitOptions = {}): Promise<Committed> {
    const bundles = new Map<string, KeyPackageBundle>()
    for (const name of names) bundles.set(name, await this.bundle(name))
    const proposals = [...bundles.values()].map(({ keyPackage }): Proposal => ({ kind: 'add', keyPackage }))
    return this.commit(by, { ...options, proposals: [...(options.proposals ?? []), ...proposals] }, bundles)
  }

  /** One commits, all others follow, those added join. */
  async commit(
    by: string,
    options: CommitOptions = {},
    joiners: ReadonlyMap<string, KeyPackageBundle> = new Map(),
  ): Promise<Committed> {
    const committer = this.member(by)
    const psks = this.#options.psks && { psks: this.#options.psks }
    const committed = await committer.use((group) => commit(this.engine, group, { ...psks, ...options }))
    await this.#follow(committed.message, committed.groupInfo, by, options.wire ?? 'public', committed.staged)
    committer.adopt(committed.staged, committed.consumed)
    for (const [name, bundle] of joiners) await this.#welcome(name, bundle, committed)
    this.agree()
    return committed
  }

  async #follow(
    message: Uint8Array,
    groupInfo: Uint8Array,
    by: string,
    wire: 'public' | 'private',
    staged: Group,
  ): Promise<void> {
    for (const member of this.members.values()) {
      if (member.name === by) continue
      const processed = await this.#process(member, message)
      assert(processed.kind === 'commit')
      if (processed.group) member.adopt(processed.group, processed.consumed)
      else this.members.delete(member.name)
    }
    if (wire === 'public') {
      const observed = await observe(this.engine, this.#server, message)
      assert(observed.kind === 'commit')
      this.#server = decodePublicGroup(encodePublicGroup(observed.group))
    } else this.#server = staged.public
    await checkGroupInfo(this.engine, this.#server, groupInfo)
  }

  async #process(member: Member, message: Uint8Array): Promise<Processed> {
    const psks = this.#options.psks && { psks: this.#options.psks }
    return member.use((group) => process(this.engine, group, message, psks ?? {}))
  }

  async #welcome(name: string, bundle: KeyPackageBundle, { welcome, view }: Committed): Promise<void> {
    assert(welcome)
    const psks = this.#options.psks && { psks: this.#options.psks }
    const joined = await join(this.engine, { welcome, bundles: [bundle], tree: this.tree, ...psks })
    assert.equal(joined.signer, view.committer.leafIndex)
    const member = new Member(name, this.engine, joined.group)
    const before = snapshot(joined.group)
    wipe(joined.consumed)
    assert.equal(snapshot(joined.group), before, 'a joiner does not share what is wiped')
    this.members.set(name, member)
  }

  async propose(by: string, proposal: Proposal, options: ProposeOptions = {}): Promise<Uint8Array> {
    const proposed = await this.member(by).use((group) => propose(this.engine, group, proposal, options))
    return this.#proposed(by, proposed, options)
  }

  async update(by: string, options: ProposeOptions = {}): Promise<Uint8Array> {
    const proposed = await this.member(by).use((group) => proposeUpdate(this.engine, group, {}, options))
    return this.#proposed(by, proposed, options)
  }

  async #proposed(
    by: string,
    proposed: Awaited<ReturnType<typeof propose>>,
    { wire = 'public' }: ProposeOptions,
  ): Promise<Uint8Array> {
    this.member(by).adopt(proposed.group, proposed.consumed)
    await this.deliver(by, proposed.message, wire)
    return proposed.ref
  }

  /** A proposal that is on its way to everyone but `by`. */
  async deliver(
    by: string | null,
    message: Uint8Array,
    wire: 'public' | 'private' = 'public',
  ): Promise<void> {
    for (const member of this.members.values()) {
      if (member.name === by) continue
      const processed = await this.#process(member, message)
      assert(processed.kind === 'proposal')
      member.adopt(processed.group, processed.consumed)
    }
    if (wire === 'private') return
    const observed = await observe(this.engine, this.#server, message)
    assert(observed.kind === 'proposal')
    this.#server = decodePublicGroup(encodePublicGroup(observed.group))
  }

  async joinExternally(name: string, remove?: string): Promise<void> {
    const by = [...this.members.values()].find((member) => member.name !== remove)
    const any = by ?? this.member(remove ?? '')
    const joined = await joinExternally(this.engine, {
      groupInfo: await makeGroupInfo(this.engine, any.group),
      tree: this.tree,
      credential: { kind: 'basic', identity: utf8(name) },
      signatureKeyPair: await signatureKeys(this.engine),
      capabilities: capabilitiesOf(this.engine, this.#options.supports ?? []),
      ...(remove !== undefined && { remove: this.leafOf(remove) }),
    })
    await this.#follow(joined.message, joined.groupInfo, '', 'public', joined.staged)
    this.members.set(name, new Member(name, this.engine, joined.staged))
    this.agree()
  }

  /** One speaks, all others hear it from that one. @returns bytes written by the sender and by a receiver */
  async say(by: string, text: string): Promise<{ readonly sent: number; readonly received: number }> {
    const sender = this.member(by)
    const message = await sender.use((group) =>
      encrypt(this.engine, group, utf8(text), { authenticatedData: utf8('aad') }),
    )
    const sent = sender.adopt(message.group, message.consumed)
    let received = 0
    for (const member of this.members.values()) {
      if (member === sender) continue
      const heard = await this.#process(member, message.message)
      assert(heard.kind === 'application')
      assert.equal(fromUtf8(heard.data), text)
      assert.equal(fromUtf8(heard.authenticatedData), 'aad')
      assert.equal(heard.sender, sender.group.ownLeaf)
      received = member.adopt(heard.group, heard.consumed)
    }
    return { sent, received }
  }

  /** All members and the server have the same view. */
  agree(): void {
    const context = this.#server.context
    const secrets = new Set<string>()
    for (const { group } of this.members.values()) {
      assert.deepEqual(group.public.context, context)
      assert.deepEqual(group.public.interimTranscriptHash, this.#server.interimTranscriptHash)
      const exported = exportSecret(this.engine, group, 'test', utf8('context'), 32)
      secrets.add(Buffer.from([...epochAuthenticator(group), ...exported]).toString('hex'))
    }
    assert.equal(secrets.size, 1, 'all members have the same secrets')
  }
}
