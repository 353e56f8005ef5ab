import { hybridSuiteId, type KeyPackageBundle, makeKeyPackage, suiteOf } from '@sotto/mls'
import { nodeProvider } from '@sotto/mls/provider/node'
import { joseLibrary } from '@sotto/client/node'
import {
  decodeEntry,
  entryHash,
  type LoggedMessage,
  encodeEntry,
  acknowledgementMessage,
  toHex,
} from '@sotto/protocol'
import type { Acknowledgement, EntryKind } from '@sotto/protocol'
import {
  type AccountState,
  buildGenesis,
  type DeviceSigner,
  keyPairSigner,
  leafCapabilities,
  verifyChain,
} from '@sotto/trust'
import type { Contact } from '../../src/account/contactRows.ts'
import type { Need } from '../../src/account/contacts.ts'
import { makeLeaf } from '../../src/account/leafMaking.ts'
import { askedNobody } from '../../src/room/attempt.ts'
import { stageCommit } from '../../src/room/commit.ts'
import { type Joining, joinRoom } from '../../src/room/enter.ts'
import { confirmRoom, firstPolicy, foundRoom } from '../../src/room/newRoom.ts'
import { judge, type Judgement, type LogWitness } from '../../src/room/judge.ts'
import { openEntry } from '../../src/room/entry.ts'
import type { Situation } from '../../src/room/decide.ts'
import { receive } from '../../src/room/receive.ts'
import { encryptQueued, compose } from '../../src/room/send.ts'
import { invitedTo } from '../../src/room/invitation.ts'
import { emptyRoom, type Pending, type RoomState } from '../../src/room/state.ts'
import type { Step, Stepped } from '../../src/room/step.ts'
import type { Tools } from '../../src/room/tools.ts'
import { decodeUses, type Use } from '../../src/room/uses.ts'
import { nothingKnown } from '../../src/timeline/project.ts'
import { summaryOf } from '../../src/content/content.ts'
import { encodeText } from '../../src/content/text/text.ts'
import { makeMeta } from '../../src/content/meta.ts'
import { decodeCommitAttachment } from '@sotto/protocol'
import { encodeTree } from '@sotto/mls'

export const provider = nodeProvider()
export const startS = 1_800_000_000

export interface Somebody {
  readonly name: string
  readonly state: AccountState
  readonly device: Uint8Array
  readonly signer: DeviceSigner
  /** DX, the private half. */
  readonly sealingKey: Uint8Array
}

export const somebody = async (name: string): Promise<Somebody> => {
  const identity = await provider.signatureGenerate('Ed25519')
  const signer = keyPairSigner(provider, await provider.signatureGenerate('Ed25519'))
  const sealing = await provider.kemGenerate('MLKEM768-X25519')
  const device = provider.random(16)
  const certificate = {
    device,
    signingKey: signer.publicKey,
    sealingKey: sealing.publicKey,
    kind: 'cli' as const,
    createdS: startS - 10,
    notAfterS: startS + 86_400 * 300,
  }
  const link = await buildGenesis({
    provider,
    identity,
    name,
    device: { certificate, signer },
    timeS: startS - 10,
  })
  const verdict = await verifyChain(provider, [link], startS)
  if (verdict.kind === 'refused') throw new Error(verdict.rule)
  return { name, state: verdict.value, device, signer, sealingKey: sealing.privateKey }
}

/** The tools of one person who knows these others. */
export const toolsOf = (own: Somebody, known: readonly Somebody[]): Tools => {
  const contacts = new Map<string, Contact>(
    known.map(({ state }) => [toHex(state.account), { state, alarm: false }]),
  )
  const { device, signer, sealingKey, state } = own
  return {
    provider,
    jose: joseLibrary,
    account: state.account,
    device,
    signer,
    sealingKey,
    find: (account) => contacts.get(toHex(account)),
  }
}

export const bundleOf = async ({ signer, device, state }: Somebody): Promise<KeyPackageBundle> => {
  const leaf = await makeLeaf({ provider, signer, device, account: state }, startS)
  return makeKeyPackage(
    { provider, suite: suiteOf(hybridSuiteId) },
    {
      ...leaf,
      capabilities: leafCapabilities(),
      notBefore: BigInt(startS - 100),
      notAfter: BigInt(startS + 86_400),
    },
  )
}

/** A log as a server keeps it, which also does what a server must not do. */
export class Ledger {
  readonly room: Uint8Array
  readonly entries: LoggedMessage[] = []
  readonly hashes: Uint8Array[] = []
  readonly #keys: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }
  timeMs = startS * 1000

  private constructor(room: Uint8Array, keys: Ledger['keys']) {
    this.room = room
    this.#keys = keys
  }

  static async open(room: Uint8Array): Promise<Ledger> {
    return new Ledger(room, await provider.signatureGenerate('Ed25519'))
  }

  get keys(): { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array } {
    return this.#keys
  }

  get witness(): LogWitness {
    return { provider, logKey: this.#keys.publicKey }
  }

  async ackOf(seq: number): Promise<Acknowledgement> {
    const { timeMs } = decodeEntry((this.entries[seq] as LoggedMessage).entry)
    const ack = { room: this.room, seq, hash: this.hashes[seq] as Uint8Array, timeMs }
    const signature = await provider.sign('Ed25519', this.#keys.privateKey, acknowledgementMessage(ack))
    return { ...ack, signature }
  }

  append(kind: EntryKind, epoch: number, payload: Uint8Array, senderTag = new Uint8Array(32)): number {
    const seq = this.entries.length
    const entry = encodeEntry({
      version: 1,
      room: this.room,
      seq,
      previousHash: this.hashes[seq - 1] ?? new Uint8Array(32),
      kind,
      epoch,
      senderTag,
      payloadHash: provider.hash('SHA-256', payload),
      auxHash: null,
      timeMs: (this.timeMs += 1000),
    })
    this.entries.push({ entry, payload, aux: null })
    this.hashes.push(entryHash(entry))
    return seq
  }

  from(seq: number): readonly LoggedMessage[] {
    return this.entries.slice(seq)
  }
}

/** One person's side of a room, step by step, with what a store would remember of it. */
export class Side {
  room: RoomState
  readonly tools: Tools
  readonly ledger: Ledger
  readonly steps: Stepped[] = []
  /** How often reading has let others have their turn. */
  turns = 0
  readonly #uses = new Map<string, readonly Use[]>()

  constructor(tools: Tools, ledger: Ledger, room = emptyRoom(ledger.room, { kind: 'absent' })) {
    this.tools = tools
    this.ledger = ledger
    this.room = room
  }

  async take(step: Promise<Step> | Step): Promise<Stepped> {
    const result = await step
    if (result.kind === 'needs') throw new Unknown(result.needs)
    this.room = result.room
    this.steps.push(result)
    for (const change of result.changes)
      if (change.kind === 'put' && change.key.startsWith('known/'))
        this.#uses.set(change.key.split('/')[2] ?? '', decodeUses(change.value))
    return result
  }

  /** Reads the log to its end; what does not fit is told as the judgement that it gets. */
  async catchUp(messages = this.ledger.from(this.room.place.cursor + 1)): Promise<Judgement['kind']> {
    const { witness, entries } = this.ledger
    const ack = await this.ledger.ackOf(entries.length - 1)
    const judgement = await judge(witness, this.ledger.room, this.room.place, messages, ack)
    if (judgement.kind !== 'fits') return judgement.kind
    await this.take(
      receive(this.tools, this.room, {
        entries: judgement.entries.map((judged) => openEntry(this.ledger.room, judged)),
        ack,
        past: {
          anchor: (seq) => this.ledger.hashes[seq]?.subarray(0, 16),
          uses: (message) => this.#uses.get(message) ?? [],
        },
        asked: askedNobody,
        lookUp: async () => nothingKnown,
        turn: async () => {
          this.turns += 1
        },
      }),
    )
    return 'fits'
  }

  /** Encrypts a text as the next message. */
  async write(text: string, message = provider.random(16)): Promise<Uint8Array> {
    const content = encodeText(text, provider.random(16), 0)
    const composed = compose(this.room, { message, content, composedMs: 0 })
    await this.take(encryptQueued(this.tools, composed, 100))
    const { stage } = this.room.outbox.at(-1) ?? {}
    if (stage?.kind !== 'encrypted') throw new Error('not encrypted')
    return stage.bytes
  }

  epoch(): number {
    return Number(this.room.group?.public.context.epoch)
  }

  /** What the log has come to, newest last. */
  texts(): readonly string[] {
    return this.steps.flatMap(({ told }) =>
      told.flatMap((one) =>
        one.kind === 'records'
          ? one.records.flatMap(({ record }) =>
              record.items.map((item) =>
                item.kind === 'message'
                  ? summaryOf(item.said.content)
                  : item.kind === 'event'
                    ? `(${item.event.kind})`
                    : `(${item.kind})`,
              ),
            )
          : [],
      ),
    )
  }
}

class Unknown extends Error {
  readonly needs: readonly Need[]
  constructor(needs: readonly Need[]) {
    super('accounts are not known')
    this.needs = needs
  }
}

/** What is pending stands in the log now. */
export const handIn = (host: Side): Pending => {
  const { pending } = host.room
  if (!pending) throw new Error('nothing is pending')
  const tag = new Uint8Array(32).fill(host.room.group?.ownLeaf ?? 0)
  host.ledger.append(1, host.epoch(), pending.message, tag)
  return pending
}

/** What somebody has in hand whom the newest commit of the host's log invites. */
export const invitationBy = (
  { tools: { account }, ledger }: Side,
  { attachment, staged, epoch }: Pending,
  bundle: KeyPackageBundle,
): Joining => {
  if (!attachment || !staged) throw new Error('nobody was brought in')
  const seq = ledger.entries.length - 1
  const { welcome, meta } = decodeCommitAttachment(attachment)
  const waiting = {
    room: ledger.room,
    seq,
    entryHash: ledger.hashes[seq] as Uint8Array,
    epoch: epoch + 1,
    inviter: account,
    welcome: welcome as Uint8Array,
    treeHash: staged.public.context.treeHash,
    meta,
    timeMs: ledger.timeMs,
  }
  return {
    waiting,
    tree: encodeTree(staged.public.tree),
    bundles: [{ bundle, lastResort: false, used: [] }],
    phase: { kind: 'active' },
    commit: ledger.entries[seq] as LoggedMessage,
  }
}

/** The side of somebody whom the host's last commit has brought in. */
export const comeIn = async (
  host: Side,
  pending: Pending,
  tools: Tools,
  bundle: KeyPackageBundle,
): Promise<Side> => {
  const { ledger } = host
  const joining = invitationBy(host, pending, bundle)
  const absent = emptyRoom(ledger.room, { kind: 'absent' })
  const side = new Side(tools, ledger, invitedTo(absent, joining.waiting))
  await side.take(joinRoom(side.tools, side.room, joining, askedNobody))
  return side
}

/** Alice has made a room and brought the others in; all are caught up. */
export const roomOf = async (
  founder: Somebody,
  ...guests: readonly Somebody[]
): Promise<{ readonly ledger: Ledger; readonly sides: readonly Side[] }> => {
  const everyone = [founder, ...guests]
  const ledger = await Ledger.open(provider.random(16))
  const host = new Side(toolsOf(founder, everyone), ledger)
  const meta = makeMeta('General', provider.random(16))
  const founding = {
    id: ledger.room,
    meta,
    policy: firstPolicy(host.tools, ledger.room, meta),
    bundle: await bundleOf(founder),
    nowMs: startS * 1000,
    intents: [],
  }
  await host.take(foundRoom(host.tools, host.room, founding, askedNobody))
  ledger.append(0, 0, new Uint8Array([1]))
  await host.take(confirmRoom(host.tools, host.room, await ledger.ackOf(0)))
  const sides = [host]
  for (const guest of guests) {
    const bundle = await bundleOf(guest)
    const intent = {
      kind: 'invite',
      id: guest.name,
      account: guest.state.account,
      keyPackages: [bundle.bytes],
    } as const
    host.room = { ...host.room, intents: [intent] }
    await host.take(stageCommit(host.tools, host.room, { kind: 'intent', intent }, startS, askedNobody))
    const pending = handIn(host)
    for (const side of sides) await side.catchUp()
    sides.push(await comeIn(host, pending, toolsOf(guest, everyone), bundle))
  }
  return { ledger, sides }
}

/** Nothing that happens outside of the room keeps it from anything, at this time of the server's clock. */
export const calmAt = ({ place }: RoomState, clockS: number): Situation => ({
  online: true,
  synced: true,
  head: place.cursor,
  underWay: new Set(),
  holdingBack: false,
  crowdedOut: false,
  window: 8,
  alarmed: false,
  onDuty: true,
  doubted: new Set(),
  together: 64,
  filling: false,
  metaDue: false,
  dead: null,
  clockMs: clockS * 1000,
  timeMs: Math.max(place.timeMs, clockS * 1000),
  account: new Uint8Array(32),
})
