import { type Acknowledgement, decodeEntry, equalBytes, SottoError } from '@sotto/protocol'
import { boundedCache } from '../boundedCache.ts'
import type { Appender } from './appender.ts'
import { mapKey, senderTag } from './digest.ts'
import type { LogKey } from './logKey.ts'
import type { Room, Rooms } from './rooms.ts'
import type { Append, DeliveryStore } from './store.ts'

/** By what a message is known again: a device uses an id once in a room (rule DEL-1). */
export interface Once {
  readonly tag: Uint8Array
  readonly messageId: Uint8Array
  readonly payloadHash: Uint8Array
  readonly auxHash: Uint8Array | null
}

type Hashes = Pick<Once, 'payloadHash' | 'auxHash'>

/** The end of each room's log, with what is on its way to the disk. */
export interface Ledger {
  /** The tag of a device in a room. */
  tagOf(room: Uint8Array, device: Uint8Array): Uint8Array
  once(room: Uint8Array, device: Uint8Array, messageId: Uint8Array, hashes: Hashes): Once
  /** The acknowledgement of what came before; undefined for what is new. @throws SottoError `id_reused` */
  answeredBefore(room: Room, once: Once): Promise<Acknowledgement | undefined>
  /** The same, from the store alone. */
  storedAnswer(room: Uint8Array, once: Once): Promise<Acknowledgement | undefined>
  /**
   * Gives an entry its place: in the room's memory at once, for everybody else when it is durable.
   * @throws SottoError `unavailable` when something before it could not be written
   */
  append(room: Room, once: Once, append: Append): Promise<Acknowledgement>
  lastCounter(room: Room, tag: Uint8Array): Promise<number | undefined>
  /** Hash of the entry at a place; undefined beyond the head. */
  hashAt(room: Room, seq: number): Promise<Uint8Array | undefined>
}

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'message' | 'lastCounter' | 'entry'>
  readonly rooms: Rooms
  readonly appender: Appender
  readonly logKey: LogKey
  readonly senderTagKey: Uint8Array
}

/** How many sender tags are kept: making one costs more than everything else that is done for a message but signing. */
const tagsMax = 100_000

const keyOf = ({ tag, messageId }: Once): string => mapKey(tag) + mapKey(messageId)

const same = (a: Uint8Array | null, b: Uint8Array | null): boolean => (a && b ? equalBytes(a, b) : a === b)

const refuseReuse = (once: Once, known: Hashes): void => {
  if (!same(once.payloadHash, known.payloadHash) || !same(once.auxHash, known.auxHash))
    throw new SottoError('id_reused')
}

export const makeLedger = ({ store, rooms, appender, logKey, senderTagKey }: Dependencies): Ledger => {
  const storedAnswer: Ledger['storedAnswer'] = async (room, once) => {
    const stored = await store.message(once.tag, once.messageId)
    if (!stored) return undefined
    refuseReuse(once, decodeEntry(stored.entry))
    return logKey.acknowledge(room, stored)
  }

  const tags = boundedCache<Uint8Array>({ weightMax: tagsMax, weigh: () => 1 })
  const tagOf = (room: Uint8Array, device: Uint8Array): Uint8Array => {
    const key = mapKey(room) + mapKey(device)
    const known = tags.get(key)
    if (known) return known
    const tag = senderTag(senderTagKey, room, device)
    tags.set(key, tag)
    return tag
  }

  return {
    tagOf,
    once: (room, device, messageId, { payloadHash, auxHash }) => ({
      tag: tagOf(room, device),
      messageId,
      payloadHash,
      auxHash,
    }),
    storedAnswer,
    answeredBefore: async (room, once) => {
      const flying = room.inFlight.get(keyOf(once))
      if (!flying) return storedAnswer(room.id, once)
      refuseReuse(once, flying)
      return flying.acknowledged
    },
    append: (room, once, append) => {
      // What was decided with a memory that has been thrown away stands on nothing.
      if (!rooms.isCurrent(room)) throw new SottoError('unavailable')
      const key = keyOf(once)
      const acknowledged = appender.append(append)
      room.inFlight.set(key, { payloadHash: once.payloadHash, auxHash: once.auxHash, acknowledged })
      rooms.advance(room, append.entry)
      if (append.sendCounter !== null) room.counters.set(mapKey(once.tag), append.sendCounter)
      acknowledged.then(
        () => {
          room.inFlight.delete(key)
          room.durable = append.entry
        },
        () => room.inFlight.delete(key),
      )
      return acknowledged
    },
    lastCounter: async (room, tag) => room.counters.get(mapKey(tag)) ?? (await store.lastCounter(tag)),
    hashAt: async (room, seq) => {
      if (seq > room.head.seq) return undefined
      return room.hashes.get(seq) ?? (await store.entry(room.id, seq))?.hash
    },
  }
}
