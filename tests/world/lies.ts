import {
  type Acknowledgement,
  decodeEntry,
  encodeEntry,
  entryHash,
  entryKinds,
  type LoggedMessage,
  operations,
  type ServerFrame,
} from '@sotto/protocol'
import type { StoredEntry } from '../../packages/server/src/delivery/store.ts'
import { digest } from '../../packages/server/src/delivery/digest.ts'
import type { Liar } from './network.ts'
import type { AnyOperation, WorldServer } from './server.ts'
import { hex } from './words.ts'

/** What a device is told instead of the truth; undefined leaves the truth as it is. */
export interface Lie {
  readonly kind: string
  answer?(op: AnyOperation, input: unknown, output: unknown): unknown
  /** `null` swallows the frame. */
  frame?(frame: ServerFrame): ServerFrame | null | undefined
}

export interface Deceived extends Liar {
  /** Lies that are told now, the newest last. */
  lies: readonly Lie[]
  show(server: WorldServer): void
}

export const makeLiar = (honest: WorldServer): Deceived => {
  let shown = honest
  const liar: Deceived = {
    lies: [],
    show: (server) => {
      shown = server
    },
    server: () => shown,
    answer: (op, input, output) =>
      liar.lies.reduce((said, lie) => lie.answer?.(op, input, said) ?? said, output),
    frame: (frame) => {
      let said: ServerFrame | undefined = frame
      for (const lie of liar.lies) {
        const told: ServerFrame | null | undefined = said && lie.frame?.(said)
        if (told === null) return undefined
        said = told ?? said
      }
      return said
    },
  }
  return liar
}

/** Another log in the place of the true one; the same entries give the same log. */
export type Rewrite = (entries: readonly StoredEntry[]) => readonly StoredEntry[]

const pageMax = 100

/** Shows a room's log as `rewrite` makes it, with all the signatures that a server can give. */
export const rewrittenLog = (kind: string, server: WorldServer, room: string, rewrite: Rewrite): Lie => {
  const { logKey } = server
  const log = (): readonly StoredEntry[] => rewrite(server.data().rooms.get(room)?.entries ?? [])
  const ackOf = (entry: StoredEntry): Acknowledgement =>
    logKey.acknowledge(new Uint8Array(Buffer.from(room, 'hex')), entry)
  const headOf = (entries: readonly StoredEntry[]): Acknowledgement => ackOf(entries.at(-1) as StoredEntry)
  return {
    kind,
    answer: (op, input) => {
      if (op.name !== operations.readLog.name) return undefined
      const { room: asked, from } = input as { room: Uint8Array; from: number }
      if (hex(asked) !== room) return undefined
      const entries = log()
      const page = entries.slice(from, from + pageMax)
      const head = headOf(entries)
      const messages = page.map(({ entry, payload, aux }): LoggedMessage => ({ entry, payload, aux }))
      return { messages, ack: page.length > 0 ? ackOf(page.at(-1) as StoredEntry) : head, head }
    },
    frame: (frame) => {
      switch (frame.kind) {
        case 'ready':
          return {
            ...frame,
            heads: frame.heads.map((ack) => (hex(ack.room) === room ? headOf(log()) : ack)),
          }
        case 'entries':
          return hex(frame.room) === room
            ? { kind: 'behind', room: frame.room, head: log().length - 1 }
            : undefined
        case 'behind':
          return hex(frame.room) === room ? { ...frame, head: log().length - 1 } : undefined
        default:
          return undefined
      }
    },
  }
}

/** Entries under a new chain of hashes, each in the place where it now stands. */
const relinked = (before: readonly StoredEntry[], after: readonly StoredEntry[]): readonly StoredEntry[] => {
  const log = [...before]
  for (const stored of after) {
    const last = log.at(-1)
    const entry = encodeEntry({
      ...decodeEntry(stored.entry),
      seq: log.length,
      previousHash: last?.hash ?? new Uint8Array(32),
      ...(stored.payload ? { payloadHash: digest(stored.payload) } : {}),
    })
    log.push({ ...stored, seq: log.length, entry, hash: entryHash(entry) })
  }
  return log
}

const isMessage = ({ entry }: StoredEntry): boolean => decodeEntry(entry).kind === entryKinds.app

/** Changes what comes at or after `from`: the first message that is there. */
const changing =
  (
    from: number,
    change: (message: StoredEntry, rest: readonly StoredEntry[]) => readonly StoredEntry[],
  ): Rewrite =>
  (entries) => {
    const at = entries.findIndex((entry, seq) => seq >= from && isMessage(entry))
    if (at === -1) return entries
    return relinked(entries.slice(0, at), change(entries[at] as StoredEntry, entries.slice(at + 1)))
  }

const spoiled = (message: StoredEntry): StoredEntry => {
  const payload = Uint8Array.from(message.payload ?? [])
  const at = payload.length - 20
  payload[at] = (payload[at] ?? 0) ^ 1
  return { ...message, payload }
}

export const rewrites = {
  short:
    (length: number): Rewrite =>
    (entries) =>
      entries.slice(0, Math.max(1, length)),
  dropped: (from: number): Rewrite => changing(from, (_message, rest) => rest),
  replaced: (from: number): Rewrite => changing(from, (message, rest) => [spoiled(message), ...rest]),
  reordered: (from: number): Rewrite =>
    changing(from, (message, [next, ...rest]) => (next ? [next, message, ...rest] : [message])),
  /** A commit that the room has seen before, or a message, once more. */
  repeated:
    (from: number, which: (entry: StoredEntry) => boolean): Rewrite =>
    (entries) => {
      const old = entries.findLast((entry, seq) => seq < from && which(entry))
      if (!old || entries.length <= from) return entries
      const { epoch } = decodeEntry((entries[from - 1] as StoredEntry).entry)
      const again = encodeEntry({ ...decodeEntry(old.entry), epoch })
      return relinked(entries.slice(0, from), [{ ...old, entry: again }, ...entries.slice(from)])
    },
} as const

export const isCommitEntry = ({ entry }: StoredEntry): boolean =>
  decodeEntry(entry).kind === entryKinds.commit

/** GroupInfos that were true once, or are nobody's. */
export const falseGroupInfo = (earlier: () => Uint8Array | undefined): Lie => ({
  kind: 'group_info',
  answer: (op, _input, output) => {
    if (op.name !== operations.readGroupInfo.name) return undefined
    const { epoch, groupInfo } = output as { epoch: number; groupInfo: Uint8Array }
    const other = earlier()
    if (other) return { epoch, groupInfo: other }
    const changed = groupInfo.slice()
    changed[changed.length - 30] = (changed[changed.length - 30] ?? 0) ^ 1
    return { epoch, groupInfo: changed }
  },
})

interface Directory {
  /** Somebody else's answer to the same question. */
  readonly account: { readonly account: Uint8Array; readonly seq: number; readonly head: Uint8Array }
  readonly links: readonly { readonly bytes: Uint8Array; readonly signatures: readonly Uint8Array[] }[]
}

/** Shows the chain of somebody else, or one with a link that its owner has not signed. */
export const falseDirectory = (kind: 'other' | 'ghost', directory: () => Directory | undefined): Lie => ({
  kind: 'directory',
  answer: (op, input, output) => {
    const other = directory()
    if (!other) return undefined
    if (op.name === operations.readChain.name && kind === 'ghost') {
      const { links } = output as { links: Directory['links'] }
      const { from } = input as { from: number }
      // Only who knows the account already is shown more: it must not believe it.
      return from > 0 ? { links: [...links, ...other.links.slice(0, 1)] } : undefined
    }
    if (op.name === operations.readChain.name && kind === 'other') return { links: other.links }
    if (op.name === operations.lookUpAccount.name && kind === 'other') {
      const { account } = output as Directory['account']
      return { ...other.account, account }
    }
    return undefined
  },
})
