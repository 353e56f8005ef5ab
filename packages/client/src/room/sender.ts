import {
  type Acknowledgement,
  anchorHashBytes,
  equalBytes,
  limits,
  operations,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { signLabelled } from '@sotto/trust'
import { isForNow, isTooLargeOnTheWay } from '../forNow.ts'
import type { Acknowledged } from '../timeline/view.ts'
import type { SpaceOwner } from '../view.ts'
import { unclaimed } from './claim.ts'
import { dropPending, renewPending } from './commit.ts'
import { confirmRoom } from './enter.ts'
import { isSigned } from './judge.ts'
import { nameOf } from '../content/meta.ts'
import { isOpenRoom } from '../content/openness.ts'
import type { Line } from './line.ts'
import { pendingId } from './plan.ts'
import type { Reader } from './reader.ts'
import type { Runner } from './runner.ts'
import { moved } from './move.ts'
import { askOthers, dropRoom, enterRepair, freezeExhausted } from './repair.ts'
import { failItem, outboxItem, requeue } from './send.ts'
import { follows, type OutboxItem, type Pending, policyIn, type RoomState } from './state.ts'
import { stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** Brings what is stored to the server, and what the server answers back into the room. */
export interface Sender {
  submit(items: readonly OutboxItem[]): void
  submitPending(pending: Pending): Promise<void>
  create(): Promise<void>
  nack(): Promise<void>
  /** Messages on their way, or acknowledged and not in the log yet, by id in hex. */
  underWay(): ReadonlySet<string>
  /** Whether the server has taken a message of this device since it was opened: until then, one is tried alone. */
  isTrusted(): boolean
  acknowledged(message: Uint8Array): Acknowledged | undefined
  noSpaceFor(message: Uint8Array): SpaceOwner | undefined
  /** The line is a new one: what the log does not show yet is sent again, for the server may have lost it since. */
  reconnected(): void
  /** Forgets what the new state has settled, and holds the log to what was acknowledged. */
  settle(before: RoomState, after: RoomState): void
}

export interface SenderDeps {
  readonly tools: Tools
  readonly line: Line
  readonly runner: Runner
  readonly reader: Reader
  /** Nothing is sent for this long; `attempts` in a row make it longer. */
  holdBack(delayMs: number): void
  /** There is no space for messages: none is sent for this long. What ends something is. */
  crowdedOut(delayMs: number): void
  /** Refused for being too fast, by the server. */
  slowDown(): void
  /** The message stands differently now. */
  told(message: Uint8Array): void
  proceed(): void
  /** Of those who were to be brought in together so many are tried next. */
  divided(count: number): void
  /** Why the room that was to be created will not be; it is gone with the next step. */
  notCreated(failure: SottoError): void
  leaveRefused(failure: SottoError): void
}

interface Promised extends Acknowledged {
  readonly hash: Uint8Array
  readonly counter: number
}

const failureOf = (error: unknown): SottoError =>
  error instanceof SottoError ? error : new SottoError('internal', String(error))

const numberIn = ({ detail }: SottoError, name: string, otherwise: number): number => {
  const value = detail[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}

/** A device that is to be brought in has as many invitations as may wait for it: nobody can say until when. */
const isCrowded = ({ code, detail }: SottoError): boolean =>
  code === 'rate' && detail['retryAfterMs'] === undefined

/**
 * The key packages are good no more, and others may be had: the server does not know that it has handed these out, for it
 * was restored from a copy from before; or one is of a device that was given up a moment ago.
 */
const areSpent = ({ code, detail: { rule } }: SottoError): boolean =>
  (code === 'key_package_unavailable' && rule === 'DEL-14') || (code === 'policy' && rule === 'C2a')

/** Nothing that happens by itself makes it acceptable; of what is asked for together, less may be. */
const isFinal = (failure: SottoError): boolean => {
  switch (failure.code) {
    case 'stale_epoch':
    case 'client_rollback':
    case 'fork':
      return false
    default:
      return isCrowded(failure) || isTooLargeOnTheWay(failure) || !isForNow(failure)
  }
}

/** A room that continues another takes its place at the open door afterwards: it is the other's until then. */
const openNameOf = (room: RoomState): string | null =>
  isOpenRoom(room.meta) && policyIn(room)?.predecessor === null ? nameOf(room.meta) : null

const retryDelayMs = (failure: SottoError): number =>
  Math.min(limits.retryDelayMaxMs, Math.max(limits.retryDelayMinMs, numberIn(failure, 'retryAfterMs', 1000)))

export const makeSender = (deps: SenderDeps): Sender => {
  const { tools, line, runner, reader } = deps
  const underWay = new Set<string>()
  /** Intents whose key packages were claimed a second time; there is no third. */
  const reclaimed = new Set<string>()
  let isTrusted = false
  const promised = new Map<string, Promised>()
  /** Messages that the server has no space for, until they are told of otherwise. */
  const crowdedOut = new Map<string, SpaceOwner>()
  /** The commit or proposal that the server says it has. */
  let taken: Pending | null = null

  const verified = async (ack: Acknowledgement): Promise<Acknowledgement> => {
    if (!equalBytes(ack.room, runner.state().id) || !(await isSigned(line.witness(), ack)))
      throw new SottoError('integrity', 'an acknowledgement that the server has not signed')
    return ack
  }

  const submitOne = async (item: OutboxItem): Promise<void> => {
    const { stage } = item
    if (stage.kind !== 'encrypted') return
    const id = toHex(item.message)
    try {
      const ack = await verified(await line.submit(runner.state().id, stage.bytes))
      isTrusted = true
      if (!outboxItem(runner.state(), item.message)) return
      crowdedOut.delete(id)
      promised.set(id, { seq: ack.seq, timeMs: ack.timeMs, hash: ack.hash, counter: stage.counter })
      deps.told(item.message)
      checkPromises(runner.state())
      deps.proceed()
    } catch (error) {
      await refused(item, stage.counter, failureOf(error))
    }
  }

  const refused = async (item: OutboxItem, counter: number, failure: SottoError): Promise<void> => {
    const now = outboxItem(runner.state(), item.message)?.stage
    // What was encrypted again meanwhile is not concerned by the answer to its earlier form.
    if (now?.kind !== 'encrypted' || now.counter !== counter) return deps.proceed()
    underWay.delete(toHex(item.message))
    if (failure.code === 'rate') deps.slowDown()
    if (failure.code === 'quota') {
      tellNoSpace(item.message, failure)
      return deps.crowdedOut(retryDelayMs(failure))
    }
    if (isForNow(failure)) return deps.holdBack(retryDelayMs(failure))
    switch (failure.code) {
      case 'stale_epoch':
        return movedOn(failure)
      case 'client_rollback':
        return passedOver(failure, (last) =>
          runner.take((room) =>
            stepped({
              ...room,
              outbox: requeue(
                room.outbox,
                (one) => one.stage.kind === 'encrypted' && one.stage.counter <= last,
              ),
            }),
          ),
        )
      case 'fork':
        return reader.freeze('fork')
      default:
        return runner.take((room) => failItem(room, item.message, failure.code))
    }
  }

  const tellNoSpace = (message: Uint8Array, { detail }: SottoError): void => {
    const { scope } = detail
    const owner = scope === 'account' || scope === 'room' ? scope : 'server'
    if (crowdedOut.get(toHex(message)) === owner) return
    crowdedOut.set(toHex(message), owner)
    deps.told(message)
  }

  /** The room has another epoch: the log tells what happened, and what is left is encrypted again. */
  const movedOn = (failure: SottoError): void => {
    const { cursor } = runner.state().place
    const head = numberIn(failure, 'head', cursor + 1)
    reader.hint(head)
    if (head > cursor) deps.proceed()
    else deps.holdBack(limits.retryDelayMinMs)
  }

  /**
   * The server has taken a message with this number or a higher one. If that was a later one of ours, the refused one
   * was put off and its number is gone: it gets another. If it was none that we know of, this device has been set
   * back to an earlier state and stops, before it uses a key twice.
   */
  const passedOver = async (failure: SottoError, renew: (last: number) => Promise<void>): Promise<void> => {
    const last = numberIn(failure, 'lastCounter', Number.MAX_SAFE_INTEGER)
    const { place, outbox } = runner.state()
    const accepted = [...promised.values()].reduce(
      (most, { counter }) => Math.max(most, counter),
      place.acceptedCounter,
    )
    if (last <= accepted) return renew(last)
    const isOpen = outbox.some(
      ({ message, stage }) =>
        stage.kind === 'encrypted' && stage.counter === last && underWay.has(toHex(message)),
    )
    // Its acknowledgement is on the way.
    if (isOpen) return deps.holdBack(limits.retryDelayMinMs)
    // Whoever comes in anew has fresh keys, and goes on above what the server has seen.
    await runner.take((room) =>
      stepped(
        room.phase.kind === 'repairing'
          ? {
              ...room,
              pending: null,
              place: { ...room.place, sendCounter: Math.max(room.place.sendCounter, last) },
            }
          : follows(room)
            ? enterRepair(room, 'client_rollback')
            : room,
      ),
    )
  }

  const send = async ({ kind, message, attachment: aux }: Pending): Promise<Acknowledgement> => {
    const room = runner.state().id
    switch (kind) {
      case 'commit':
        return (await line.call(operations.submitMessage, { room, message, aux })).ack
      case 'proposal':
        return line.submit(room, message)
    }
  }

  const pendingRefused = async (pending: Pending, failure: SottoError): Promise<void> => {
    if (runner.state().pending !== pending) return deps.proceed()
    underWay.delete(pendingId)
    const { intents } = pending
    const fresh = areSpent(failure) ? intents.filter((id) => !reclaimed.has(id)) : []
    if (fresh.length > 0) {
      for (const id of fresh) reclaimed.add(id)
      return runner.take((room) => renewPending(unclaimed(room, fresh)))
    }
    // One among several spoils it for the others: half of them, then.
    if (intents.length > 1 && isFinal(failure)) {
      deps.divided(Math.ceil(intents.length / 2))
      return runner.take(renewPending)
    }
    // It has come in too often today; to ask every few seconds changes nothing.
    const waitMs = failure.code === 'rate' ? numberIn(failure, 'retryAfterMs', 0) : 0
    if (runner.state().phase.kind === 'repairing' && waitMs > limits.rejoinWaitMaxMs)
      return runner.take((room) => stepped(freezeExhausted(room)))
    // Nothing is stored of what only adds: who asked for it is told, and may want something else meanwhile.
    if (failure.code !== 'quota' && isForNow(failure) && !isFinal(failure))
      return deps.holdBack(retryDelayMs(failure))
    switch (failure.code) {
      case 'stale_epoch':
        return movedOn(failure)
      case 'client_rollback':
        return passedOver(failure, () => runner.take(renewPending))
      case 'fork':
        return reader.freeze('fork')
      default:
        if (runner.state().phase.kind === 'repairing')
          return runner.take((room) => stepped(askOthers(tools, room)))
        if (pending.kind === 'proposal') deps.leaveRefused(failure)
        // The one is found: the others go together again.
        deps.divided(limits.addsPerCommitMax)
        return runner.take((room) => dropPending(room, failure.code, failure.detail))
    }
  }

  /** The server says that this device is not one of the room's: if there is more of the log, it says since when. */
  const outside = async (): Promise<void> => {
    const { cursor } = runner.state().place
    await reader.fetch()
    if (runner.state().place.cursor === cursor) await runner.take((room) => stepped(dropRoom(room)))
  }

  /** The server has signed that an entry with this hash stands at this place: the log must show it there. */
  const checkPromises = (room: RoomState): void => {
    // A room that has stopped already cannot stop once more: each try would lead to the next.
    if (!follows(room)) return
    const { place } = room
    for (const { seq, hash } of promised.values()) {
      if (seq > place.cursor) continue
      const shown = reader.anchor(seq)
      if (shown && !equalBytes(shown, hash.subarray(0, anchorHashBytes)))
        reader.freeze('fork').catch(() => {})
    }
  }

  return {
    submit: (items) => {
      for (const item of items) {
        underWay.add(toHex(item.message))
        submitOne(item).catch(() => deps.holdBack(limits.retryDelayMinMs))
      }
    },
    submitPending: async (pending) => {
      underWay.add(pendingId)
      try {
        const ack = await verified(await send(pending))
        taken = pending
        reader.hint(ack.seq)
        deps.proceed()
      } catch (error) {
        await pendingRefused(pending, failureOf(error))
      }
    },
    create: async () => {
      const { id, phase } = runner.state()
      if (phase.kind !== 'creating') return
      try {
        const { groupInfo, tree, meta } = phase
        const open = openNameOf(runner.state())
        const { ack } = await line.call(operations.createRoom, { room: id, groupInfo, tree, meta, open })
        await verified(ack)
        await runner.take((room) => confirmRoom(tools, room, ack))
      } catch (error) {
        const failure = failureOf(error)
        if (failure.code !== 'quota' && isForNow(failure) && !isTooLargeOnTheWay(failure))
          return deps.holdBack(retryDelayMs(failure))
        deps.notCreated(failure)
        await runner.take((room) => stepped(moved(room, { kind: 'create_refused' })))
      }
    },
    nack: async () => {
      const { id, phase } = runner.state()
      if ((phase.kind !== 'frozen' && phase.kind !== 'repairing') || !phase.nack) return
      const { seq, rule, message } = phase.nack
      try {
        const signature = await signLabelled(tools.signer, 'nack', [id, seq, rule, message])
        await line.call(operations.submitNack, { room: id, seq, rule, messageId: message, signature })
      } catch (error) {
        const failure = failureOf(error)
        if (isForNow(failure)) return deps.holdBack(retryDelayMs(failure))
        if (failure.code === 'not_member') await outside()
      }
      await runner.take((room) => stepped(moved(room, { kind: 'nack_sent' })))
    },
    underWay: () => underWay,
    isTrusted: () => isTrusted,
    acknowledged: (message) => promised.get(toHex(message)),
    noSpaceFor: (message) => crowdedOut.get(toHex(message)),
    reconnected: () => {
      for (const id of promised.keys()) underWay.delete(id)
      if (taken && taken === runner.state().pending) underWay.delete(pendingId)
    },
    settle: (before, after) => {
      checkPromises(after)
      if (before.pending !== after.pending) underWay.delete(pendingId)
      if (before.outbox === after.outbox) return
      const sent = after.outbox.filter(({ stage }) => stage.kind === 'encrypted')
      const waiting = new Set(sent.map(({ message }) => toHex(message)))
      for (const id of underWay) {
        if (id === pendingId || waiting.has(id)) continue
        underWay.delete(id)
        promised.delete(id)
      }
      const left = new Set(after.outbox.map(({ message }) => toHex(message)))
      for (const id of crowdedOut.keys()) if (!left.has(id)) crowdedOut.delete(id)
    },
  }
}
