import type { Provider } from '@sotto/mls/public'
import { type Acknowledgement, encodeLoggedNack, entryKinds, type Nack, SottoError } from '@sotto/protocol'
import { verifyLabelled } from '@sotto/trust'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { makeRate } from '../rate.ts'
import { digest, mapKey } from './digest.ts'
import type { Lanes } from './lane.ts'
import type { Ledger } from './ledger.ts'
import { linkEntry, nextTimeMs } from './link.ts'
import type { Room, Rooms } from './rooms.ts'

/** D of a device that may act for its account now. */
export type DeviceKeySource = (account: Uint8Array, device: Uint8Array) => Promise<Uint8Array | undefined>

export type SubmitNack = (caller: DeviceCaller, room: Uint8Array, nack: Nack) => Promise<Acknowledgement>

interface Dependencies {
  readonly rooms: Rooms
  readonly lanes: Lanes
  readonly ledger: Ledger
  readonly provider: Provider
  readonly deviceKey: DeviceKeySource
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

/** Takes the signed statement of a member that it refuses a commit into the log, where everybody sees it. */
export const makeNack = (dependencies: Dependencies): SubmitNack => {
  const { rooms, lanes, ledger, provider, deviceKey, clock, limits, log } = dependencies
  const rate = makeRate(clock, { perSecond: limits.messagesPerSecond, burst: limits.messageBurst })

  /** @throws SottoError `device_unknown` when the signature is not the device's, `bad_request` */
  const payloadOf = async (
    room: Room,
    { account, device }: DeviceCaller,
    nack: Nack,
  ): Promise<Uint8Array> => {
    if (nack.seq > room.head.seq) throw new SottoError('bad_request', 'nothing stands there')
    const key = await deviceKey(account, device)
    const claim = [room.id, nack.seq, nack.rule, nack.messageId]
    if (!key || !(await verifyLabelled(provider, key, 'nack', claim, nack.signature)))
      throw new SottoError('device_unknown')
    return encodeLoggedNack({ account, device, ...nack })
  }

  const decide = async (caller: DeviceCaller, id: Uint8Array, nack: Nack) => {
    const room = await rooms.load(id)
    if (!room.members.has(mapKey(caller.device))) throw new SottoError('not_member')
    const payload = await payloadOf(room, caller, nack)
    const hashes = { payloadHash: digest(payload), auxHash: null }
    const once = ledger.once(id, caller.device, nack.messageId, hashes)
    const before = await ledger.answeredBefore(room, once)
    if (before) return { ack: Promise.resolve(before) }
    const { tag: senderTag, messageId } = once
    const entry = linkEntry(
      room.head,
      { room: id, kind: entryKinds.nack, epoch: room.epoch, senderTag, payload, ...hashes, aux: null },
      nextTimeMs(room.head, clock.nowMs()),
    )
    log.warn('nack', { room: id, account: caller.account, device: caller.device, rule: nack.rule })
    return {
      ack: ledger.append(room, once, {
        room: id,
        entry,
        senderTag,
        messageId,
        sendCounter: null,
        change: null,
        charges: [],
      }),
    }
  }

  return async (caller, room, nack) => {
    rate.take(mapKey(caller.device))
    const { ack } = await lanes.run(mapKey(room), () => decide(caller, room, nack))
    return ack
  }
}
