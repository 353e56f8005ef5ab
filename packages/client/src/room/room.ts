import { limits, operations, SottoError, toHex } from '@sotto/protocol'
import { identityOf } from '@sotto/trust'
import { leaves } from '@sotto/mls'
import { type Claimant, claimed, claimForAll } from './claim.ts'
import type { Room, RoomDeps } from './atWork.ts'
import { failIntent, stageCommit, stageLeave, stayAfterAll } from './commit.ts'
import { leaversIn } from './leavers.ts'
import { isChore } from './purpose.ts'
import { hasLeft } from './ending.ts'
import { watchForDead } from './deadWatch.ts'
import { fillInTime } from './filling.ts'
import { retryDelayMaxMs } from '../forNow.ts'
import { forkTagOf } from './forkTag.ts'
import { makeHookKeeper } from './hookKeeper.ts'
import { makeMetaKeeper } from './metadata.ts'
import { type Action, hasPlace, plan, type Situation } from './plan.ts'
import { makeReader } from './reader.ts'
import { type Healing, pauseAfter } from './healer.ts'
import { runRoom, type TakeStep } from './runner.ts'
import { doorOfServer } from './door.ts'
import { askOthers, dropRoom, isAsking, retryRepair, stageRejoin } from './repair.ts'
import { compose, encryptQueued, epochOf } from './send.ts'
import { makeSender } from './sender.ts'
import { follows, type Intent, isEnded, type RoomState } from './state.ts'
import { type IntentResult, stepped, type Told } from './step.ts'
import { takeTurns } from './turns.ts'

/** How long others have time to bring this device in before it asks once more. */
const askAgainMs = 10 * 60_000

/** How long the push of an entry may take after its acknowledgement, before the log is asked for it. */
const pushDelayMs = 1000

/** How long one waits for those who have asked to leave to be out: longer than a turn, and than one commit that is lost. */
const leaversWithinMs = 5000

interface Waiter {
  resolve(): void
  reject(failure: SottoError): void
}

export const openRoom = (deps: RoomDeps, initial: RoomState, isStored: boolean): Room => {
  const { tools, line, scheduler, pace } = deps
  const timers = new Set<() => void>()
  const intents = new Map<string, Waiter[]>()
  const creators: Waiter[] = []
  /** Why the server has not made the room. */
  let refused: SottoError | undefined
  const leavers: Waiter[] = []
  /** Who waits for others to be out. */
  const stayers: Waiter[] = []
  /** Until when nothing is sent, and until when no messages are. */
  const heldUntilMs = { all: 0, messages: 0 }
  let races = 0
  /** Why nothing is begun any more. */
  let ended: SottoError | null = null

  const after = (delayMs: number, task: () => void): void => {
    if (ended) return
    const cancel = scheduler.after(delayMs, () => {
      timers.delete(cancel)
      task()
    })
    timers.add(cancel)
  }
  const between = (min: number, max: number): number => {
    const [byte = 0, next = 0] = tools.provider.random(2)
    return min + ((byte * 256 + next) / 65536) * (max - min)
  }
  const turns = takeTurns({ after, between, due: () => proceed() })
  const filling = fillInTime({ after, between, isOnline: line.isOnline, due: () => proceed() })
  /** How many people are brought in at once: fewer and fewer while the server refuses them, for one of them spoils it. */
  let together: number = limits.addsPerCommitMax

  const runner = runRoom(
    {
      store: deps.store,
      contacts: deps.contacts,
      applied: (before, room, told) => applied(before, room, told),
      halt: deps.halt,
    },
    initial,
    isStored,
  )
  const reader = makeReader(runner, deps)
  const worstDead = watchForDead(tools, deps.contacts)
  const holdBack = (delayMs: number, what: 'all' | 'messages' = 'all'): void => {
    const untilMs = scheduler.nowMs() + delayMs
    heldUntilMs[what] = Math.max(heldUntilMs[what], untilMs)
    after(delayMs, () => {
      // A timer may fire a little before its time; it must not be the last to ask.
      if (heldUntilMs[what] <= untilMs) heldUntilMs[what] = 0
      proceed()
    })
  }
  const sender = makeSender({
    tools,
    line,
    runner,
    reader,
    holdBack: (delayMs) => holdBack(delayMs),
    crowdedOut: (delayMs) => holdBack(delayMs, 'messages'),
    slowDown: () => pace.slowDown(scheduler.nowMs()),
    told: (message) => {
      deps.changed(runner.state(), [{ kind: 'outbox', messages: [message] }])
      // The push may have been lost with the connection that it was for.
      const { seq } = sender.acknowledged(message) ?? { seq: 0 }
      after(pushDelayMs, () => {
        if (runner.state().place.cursor >= seq) return
        reader.hint(seq)
        proceed()
      })
    },
    proceed: () => proceed(),
    divided: (count) => {
      together = count
    },
    notCreated: (failure) => {
      refused = failure
    },
    leaveRefused: (failure) => {
      take((room) => stayAfterAll(room)).catch(() => {})
      settle(leavers, failure)
    },
  })

  const settle = (waiters: Waiter[], failure?: SottoError): void => {
    for (const { resolve, reject } of waiters.splice(0)) {
      if (failure) reject(failure)
      else resolve()
    }
  }
  const settleIntent = (intent: string, result: IntentResult): void => {
    const waiters = intents.get(intent) ?? []
    intents.delete(intent)
    if (result.kind === 'done') settle(waiters)
    else settle(waiters, new SottoError(result.code, undefined, result.detail))
  }

  const applied = (before: RoomState, room: RoomState, told: readonly Told[]): void => {
    sender.settle(before, room)
    if (before.group?.public.context.epoch !== room.group?.public.context.epoch) turns.begin()
    // Another commit was first: a moment of chance, so that the same members do not race again.
    if (before.pending && !room.pending && before.pending.intents.length > 0) {
      const lost = room.intents.some(({ id }) => before.pending?.intents.includes(id))
      races = lost ? races + 1 : 0
      if (lost) holdBack(between(0, Math.min(50 * 2 ** races, 5000)))
    }
    if (isAsking(room) && !isAsking(before)) after(askAgainMs, tryOnceMore)
    hookKeeper.settle(room)
    if (room.phase.kind !== 'creating') settle(creators, refused)
    if (hasLeft(room)) settle(leavers)
    if (!isWaitingForLeavers()) settle(stayers)
    if (isEnded(room.phase) || room.phase.kind === 'frozen') failAll(room)
    if (room.group && before.group !== room.group && before.place.epoch !== room.place.epoch) tellForkTag()
    deps.changed(room, told)
    for (const one of told) {
      if (one.kind === 'intent') settleIntent(one.intent, one.result)
      if (one.kind === 'leave_refused')
        settle(leavers, new SottoError('policy', undefined, { rule: one.rule }))
    }
    proceed()
  }

  /** Somebody has asked to leave, and this device has not yet tried in vain to commit it. */
  const isWaitingForLeavers = (): boolean => {
    const { phase, group, pending } = runner.state()
    if (phase.kind !== 'active' || !group || !line.isOnline()) return false
    return (pending !== null || turns.isOpen()) && leaversIn(group).length > 0
  }

  const failAll = ({ phase }: RoomState): void => {
    const failure = new SottoError(phase.kind === 'frozen' ? 'room_frozen' : 'not_member')
    for (const waiters of [...intents.values(), leavers]) settle(waiters, failure)
    intents.clear()
    hookKeeper.fail(failure)
  }

  const isAlarmed = (room: RoomState): boolean => {
    if (!room.group || !deps.contacts.hasAlarms()) return false
    for (const [, leaf] of leaves(room.group.public.tree)) {
      const identity = identityOf(leaf)
      if (identity && tools.find(identity.account)?.alarm) return true
    }
    return false
  }

  /** The time that the next entry of the log will have: it never falls, although the server's clock may. */
  const nextMs = (): number => Math.max(deps.timeMs(), runner.state().place.timeMs)

  const perform = async (action: Action): Promise<void> => {
    const timeS = Math.floor(nextMs() / 1000)
    switch (action.kind) {
      case 'fetch':
        await reader.fetch()
        // The head itself may be another now, and no step has told so.
        again = true
        return deps.stirred()
      case 'create':
        return sender.create()
      case 'nack':
        // Whoever brings this device in needs them; those that the server has may have ended since they were looked at.
        await deps.replenish().catch(() => {})
        return sender.nack()
      case 'submit':
        pace.sent(action.items.length, scheduler.nowMs())
        return sender.submit(action.items)
      case 'submit_pending':
        // Entries go on being read while the answer is on its way.
        void sender.submitPending(action.pending).catch(pause)
        return
      case 'encrypt':
        return take((room) => (follows(room) ? encryptQueued(tools, room, action.count) : stepped(room)))
      case 'propose_leave':
        return take((room, asked) => (room.pending ? stepped(room) : stageLeave(tools, room, timeS, asked)))
      case 'commit': {
        const { purpose } = action
        if (isChore(purpose, runner.state())) {
          if (!turns.chore()) return
          again = true
        }
        // A server that has lost a revocation refuses what it asks for, and until then nobody says anything (S2).
        if (situation().dead === 'revoked')
          await deps.contacts.handBack().catch((error: unknown) => {
            turns.begin()
            throw error
          })
        return take((room, asked) =>
          room.pending ? stepped(room) : stageCommit(tools, room, purpose, timeS, asked),
        )
      }
      case 'claim':
        return claimAll(action.intents.filter(({ kind, id }) => kind !== 'readd' || turns.wish(id)))
      case 'rejoin':
        return rejoin()
      case 'heal':
        return healed(await reader.healer.heal())
      case 'hook':
        return hookKeeper.perform(action.duty)
      case 'meta':
        await metaKeeper.fetch()
        again = true
        return deps.stirred()
    }
  }

  const claimAll = async (claimants: readonly Claimant[]): Promise<void> => {
    const clockS = Math.floor(deps.timeMs() / 1000)
    const claiming = { call: line.call, provider: tools.provider, contacts: deps.contacts, clockS }
    const { found, failed, passing } = await claimForAll(claiming, runner.state(), claimants)
    for (const { id, failure } of failed)
      await take((room) => failIntent(room, id, failure.code, failure.detail))
    if (found.size > 0) await take((room) => stepped(claimed(room, found)))
    if (passing !== undefined) throw passing
  }

  /** Takes the own place anew, by what the server hands out to those who come in from outside. */
  const rejoin = async (): Promise<void> => {
    const { place } = runner.state()
    if (!hasPlace(place)) {
      const isThere = await reader.begin()
      again = true
      return isThere ? undefined : take((room) => stepped(dropRoom(room)))
    }
    if (runner.state().meta.bytes.length === 0) return take((room) => stepped(askOthers(tools, room)))
    const door = await doorOfServer(line.call, runner.state())
    if (!door) return take((room) => stepped(askOthers(tools, room)))
    const before = runner.state()
    await take((room, asked) => stageRejoin(tools, room, door, nextMs(), asked))
    // The door leads further than the log was read.
    if (runner.state().pending || isAsking(runner.state())) return
    reader.hint(before.place.cursor + 1)
    holdBack(limits.retryDelayMinMs * 4)
  }

  const healed = (healing: Healing): void => {
    deps.stirred()
    const pauseMs = pauseAfter(healing, between)
    if (pauseMs === null) again = true
    else holdBack(pauseMs)
  }

  /** Nobody has helped so far: it is tried from outside again, and asked again. */
  const tryOnceMore = (): void => {
    take((room) =>
      stepped(room.phase.kind === 'repairing' && room.phase.asked ? retryRepair(room) : room),
    ).catch(() => {})
  }

  /** For diagnosis only: members of one epoch whose tags differ have been led apart (protocol §9). */
  const tellForkTag = (): void => {
    const { id, group } = runner.state()
    if (!group || !line.isOnline()) return
    const tag = forkTagOf(tools, group)
    line.call(operations.writeForkTag, { room: id, epoch: epochOf(group), tag }).catch(() => {})
  }

  const situation = (): Situation => {
    const nowMs = scheduler.nowMs()
    return {
      online: line.isOnline(),
      greeted: line.isGreeted(),
      head: reader.head(),
      underWay: sender.underWay(),
      holdingBack: nowMs < heldUntilMs.all,
      crowdedOut: nowMs < heldUntilMs.messages,
      window: sender.isTrusted() ? pace.window(nowMs) : 1,
      alarmed: isAlarmed(runner.state()),
      onDuty: turns.isOpen(),
      dead: worstDead(runner.state()),
      clockMs: deps.timeMs(),
      timeMs: nextMs(),
      account: tools.account,
      doubted: hookKeeper.doubted(),
      together,
      filling: filling.isDue(),
      metaDue: metaKeeper.isDue(),
    }
  }

  let working = false
  let again = false
  const proceed = (): void => {
    if (working || ended) {
      again = true
      return
    }
    working = true
    void work().finally(() => {
      working = false
      if (again && !ended) proceed()
    })
  }
  const work = async (): Promise<void> => {
    do {
      again = false
      filling.look(runner.state())
      const actions = plan(runner.state(), situation())
      try {
        for (const action of actions) await perform(action)
      } catch (error) {
        // A store that cannot be read any more is not there: nothing is decided without it.
        if (error instanceof SottoError && error.code === 'storage_damaged') return deps.halt(error)
        // What failed is still to be done: the line, the server or the store may be back in a moment.
        return pause(error)
      }
    } while (again && !ended)
  }

  let failures = 0
  const pause = (error: unknown): void => {
    again = false
    failures += 1
    const delayMs = Math.min(retryDelayMaxMs(error), limits.retryDelayMinMs * 2 ** Math.min(failures, 10))
    after(between(delayMs / 2, delayMs), proceed)
  }

  const take = async (step: TakeStep): Promise<void> => {
    await runner.take(step)
    failures = 0
  }

  const metaKeeper = makeMetaKeeper({ tools, line, state: runner.state, take: (step) => take(step) })

  const hookKeeper = makeHookKeeper({
    tools,
    line,
    state: runner.state,
    take: (step) => take(step),
    timeMs: deps.timeMs,
    isDue: turns.wish,
  })

  if (isAsking(initial)) after(askAgainMs, tryOnceMore)

  const waitFor = (waiters: Waiter[]): Promise<void> =>
    new Promise((resolve, reject) => {
      if (ended) reject(ended)
      else waiters.push({ resolve, reject })
    })

  const intendAll = (wanted: readonly Intent[]): readonly Promise<void>[] => {
    const fulfilled = wanted.map(({ id }) => {
      const waiters = intents.get(id) ?? []
      intents.set(id, waiters)
      return waitFor(waiters)
    })
    const isKnown = ({ id }: Intent): boolean => runner.state().intents.some((known) => known.id === id)
    const fresh = wanted.filter((intent) => !isKnown(intent))
    if (fresh.length > 0)
      take((room) => stepped({ ...room, intents: [...room.intents, ...fresh] })).catch((error: unknown) => {
        const failure = error instanceof SottoError ? error : new SottoError('internal', String(error))
        for (const { id } of fresh) settle(intents.get(id) ?? [], failure)
      })
    return fulfilled
  }

  return {
    id: toHex(initial.id),
    state: runner.state,
    missing: () => {
      if (!follows(runner.state())) return 0
      const metadata = line.isOnline() && metaKeeper.isDue() ? 1 : 0
      return Math.max(0, reader.head() - runner.state().place.cursor) + metadata
    },
    handedBack: () => reader.healer.handedBack(),
    acknowledged: sender.acknowledged,
    noSpaceFor: sender.noSpaceFor,
    take,
    push: async (messages, ack) => {
      await reader.push(messages, ack)
      proceed()
    },
    hint: (seq) => {
      reader.hint(seq)
      deps.stirred()
      proceed()
    },
    headIs: async (ack, then) => {
      await reader.headIs(ack, then)
      deps.stirred()
      proceed()
    },
    proceed,
    wake: () => {
      heldUntilMs.all = 0
      heldUntilMs.messages = 0
      sender.reconnected()
      hookKeeper.wake()
      metaKeeper.wake()
      failures = 0
      proceed()
    },
    post: (draft) =>
      take(async (room) => {
        const composed = compose(room, draft)
        const told: readonly Told[] = [{ kind: 'outbox', messages: [draft.message] }]
        const ready = plan(composed, situation()).find((action) => action.kind === 'encrypt')
        return ready
          ? { ...(await encryptQueued(tools, composed, ready.count)), told }
          : stepped(composed, { told })
      }),
    intend: async (intent) => {
      await Promise.all(intendAll([intent]))
    },
    intendAll,
    isAlarmed: () => isAlarmed(runner.state()),
    hooked: (hook) => hookKeeper.ready(hook),
    created: () => waitFor(creators),
    left: () => waitFor(leavers),
    leaversOut: (when) => {
      if (!isWaitingForLeavers()) return Promise.resolve()
      if (when === 'at_once') turns.hurry()
      const out = waitFor(stayers)
      after(leaversWithinMs, () => settle(stayers))
      proceed()
      return out
    },
    rest: async (reason) => {
      ended = reason
      for (const cancel of timers) cancel()
      timers.clear()
      for (const waiters of [...intents.values(), creators, leavers, stayers]) settle(waiters, reason)
      intents.clear()
      hookKeeper.rest(reason)
      await runner.take((room) => stepped(room)).catch(() => {})
    },
  }
}
