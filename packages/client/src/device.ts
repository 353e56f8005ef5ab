import type { Provider } from '@sotto/mls'
import {
  equalBytes,
  fromHex,
  limits,
  normalizeName,
  operations,
  shownName,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { type DeviceSigner, type Policy, roleOf, roles } from '@sotto/trust'
import { awaitArrival, newPatience, type Patience } from './account/arrival.ts'
import type { Blocks } from './account/blocks.ts'
import type { Call, Contacts } from './account/contacts.ts'
import { blockCommands } from './blockCommands.ts'
import { declineCommands } from './declineCommands.ts'
import { leaveCommands } from './leaveCommands.ts'
import { isBotAccount, isBotDevice } from './account/deviceKinds.ts'
import { type KeyPackagePool, type LeafOwner, type PoolTime } from './account/keyPackages.ts'
import type { Ready } from './account/profile.ts'
import { encodeCommands, encodeText } from './content/content.ts'
import { foundCommands } from './foundCommands.ts'
import { makeAdmission } from './openRoom/admission.ts'
import { openRoomCommands } from './openRoom/commands.ts'
import { openOpenRoom } from './openRoom/openRoom.ts'
import { hookCommands } from './hookCommands.ts'
import type { Jose } from './ports/jose.ts'
import type { Scheduler } from './ports/scheduler.ts'
import type { Store } from './ports/store.ts'
import { awaitedIn } from './room/awaited.ts'
import { claimKeyPackages } from './room/claim.ts'
import { accountsIn, freePlaces } from './room/places.ts'
import type { Joining } from './room/enter.ts'
import { roomKeys } from './room/keys.ts'
import { loadRooms } from './room/load.ts'
import type { Line } from './room/line.ts'
import { makePace } from './room/pace.ts'
import type { Room } from './room/atWork.ts'
import { endContinued } from './room/refound.ts'
import { isOwnFault, tryAgain } from './room/repair.ts'
import { discardItem, outboxItem, retryItem } from './room/send.ts'
import { follows, type Intent, policyIn, type RoomState } from './room/state.ts'
import { stepped, type Told } from './room/step.ts'
import type { Tools } from './room/tools.ts'
import { unreadFrom } from './room/unread.ts'
import { openRooms, type Rooms } from './sync/rooms.ts'
import { messageItemId, roleNames } from './timeline/view.ts'
import { isForNow } from './forNow.ts'
import type { ClientCommands, InviteOutcome, MemberView, OpenRoomView } from './view.ts'

/** What an account does on this device once it has one: its rooms and everything that is asked of them. */
export interface Device extends Pick<
  ClientCommands,
  | 'createRoom'
  | 'findOpenRoom'
  | 'joinOpenRoom'
  | 'withdrawJoin'
  | 'setOpenness'
  | 'people'
  | 'invite'
  | 'inviteAll'
  | 'accept'
  | 'decline'
  | 'declineAll'
  | 'block'
  | 'unblock'
  | 'blocked'
  | 'leave'
  | 'deleteRoom'
  | 'removeMember'
  | 'setRole'
  | 'rejoin'
  | 'refound'
  | 'members'
  | 'hooks'
  | 'createHook'
  | 'revokeHook'
  | 'send'
  | 'offerCommands'
  | 'retry'
  | 'discard'
  | 'markRead'
  | 'saveDraft'
> {
  readonly rooms: Rooms
  /** Rooms that the user has accepted and that are being entered. */
  readonly entering: ReadonlySet<string>
  openRoomView(): OpenRoomView | null
  /** Fills the stock of key packages on the server. */
  replenish(): Promise<void>
  /** Asks the server for its open room, and goes on with what is half done about it. @throws what keeps it from being asked */
  lookForOpenRoom(): Promise<void>
  /** This connection has learned what there was to know: whoever waits at an open room is brought in. */
  greeted(): void
  /** A hint that a room's log goes this far. */
  behind(room: string, head: number): void
  /** Ends all that goes on by itself. */
  rest(reason: SottoError): Promise<void>
}

export interface DeviceDeps {
  readonly store: Store
  readonly provider: Provider
  readonly jose: Jose
  readonly scheduler: Scheduler
  readonly signer: DeviceSigner
  readonly profile: Ready
  readonly contacts: Contacts
  readonly blocks: Blocks
  readonly pool: KeyPackagePool
  readonly line: Line
  readonly call: Call
  timeMs(): number
  /** Asks the server what it is and what time it has. */
  meet(): Promise<void>
  /** Resolves when no line is on its way any more. */
  lineSettled(): Promise<void>
  changed(room: RoomState, told: readonly Told[]): void
  /** Something about rooms that is not in their state. */
  stirred(): void
  halt(error: unknown): void
}

/** How often what the server is too busy for is asked for anew. */
const triesMax = 30
const patienceMs = 100

const failureOf = (error: unknown): SottoError =>
  error instanceof SottoError ? error : new SottoError('internal', String(error))

const failureViewOf = ({ code, detail }: SottoError): InviteOutcome['failure'] => ({ code, detail })

export const openDevice = async (deps: DeviceDeps): Promise<Device> => {
  const { store, provider, scheduler, signer, profile, contacts, blocks, pool, line, call } = deps
  const { account, device } = profile
  const tools: Tools = {
    provider,
    jose: deps.jose,
    account,
    device,
    signer,
    sealingKey: profile.sealingKey,
    find: contacts.find,
  }
  const nowS = (): number => Math.floor(deps.timeMs() / 1000)
  const poolTime = (): PoolTime => ({ nowS: nowS(), localS: Math.floor(scheduler.nowMs() / 1000) })

  const leafOwner = async (): Promise<LeafOwner> => {
    await contacts.ensure([{ account, seq: 0 }])
    const own = contacts.find(account)
    if (!own) throw new SottoError('storage_damaged', 'the own chain is missing')
    return { provider, signer, device, account: own.state }
  }

  const restock = async (afresh: boolean): Promise<void> => {
    try {
      await pool.replenish(await leafOwner(), poolTime(), afresh)
    } catch (error) {
      if (!(error instanceof SottoError && error.code === 'policy')) throw error
      // What was made may be dated by a clock that the server has set right since.
      await deps.meet()
      await pool.replenish(await leafOwner(), poolTime(), afresh)
    }
  }

  let replenishing: Promise<void> | null = null
  const replenish = (): Promise<void> =>
    (replenishing ??= restock(false).finally(() => (replenishing = null)))

  /** Whoever waits for a room to appear. */
  let stepTaken: (room: RoomState) => void = () => {}
  const roomDeps = {
    store,
    contacts,
    scheduler,
    tools,
    line,
    pace: makePace(),
    replenish,
    timeMs: deps.timeMs,
    changed: (room: RoomState, told: readonly Told[]) => {
      deps.changed(room, told)
      stepTaken(room)
    },
    stirred: deps.stirred,
    halt: deps.halt,
  }
  const renewKeyPackages = (): Promise<void> => restock(true)
  const isBlocked = blocks.has
  const roomsDeps = { store, line, tools, contacts, pool, isBlocked, renewKeyPackages, roomDeps }
  const rooms = openRooms(roomsDeps, await loadRooms(store))
  const entering = new Set<string>()

  const newId = (): Uint8Array => provider.random(16)

  /** Waits for a line that is on its way. @throws SottoError `offline` where there is none */
  const connected = async (): Promise<void> => {
    await deps.lineSettled()
    if (!line.isOnline()) throw new SottoError('offline')
  }

  const enter = async (room: string, phase: Joining['phase'], openName?: string): Promise<void> => {
    if (entering.has(room)) throw new SottoError('rate', 'the room is being entered')
    entering.add(room)
    deps.stirred()
    try {
      await rooms.enter(room, phase, openName)
    } finally {
      entering.delete(room)
      deps.stirred()
    }
    replenish().catch(() => {})
    await endOthers()
  }

  const openRoom = await openOpenRoom({
    store,
    rooms,
    account,
    call,
    isOnline: line.isOnline,
    nowMs: deps.timeMs,
    newId: () => toHex(newId()),
    enter: (room, name) => enter(room, { kind: 'active' }, name),
    stirred: deps.stirred,
  })
  stepTaken = openRoom.changed
  const admission = makeAdmission({ ...deps, rooms: rooms.all, account, isBlocked })

  /** The policy of a room in which something is to be changed. @throws SottoError `room_frozen`, `not_member` */
  const policyToChange = (room: Room): Policy => {
    const { phase } = room.state()
    if (phase.kind === 'frozen' || phase.kind === 'repairing') throw new SottoError('room_frozen')
    const policy = policyIn(room.state())
    if (phase.kind !== 'active' || !policy) throw new SottoError('not_member')
    return policy
  }

  /** Asked for many people, a client is faster than it may be: what is refused for a moment is asked again after it. */
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        const waitMs =
          error instanceof SottoError && error.code === 'rate' ? error.detail['retryAfterMs'] : null
        if (typeof waitMs !== 'number' || waitMs > limits.retryDelayMaxMs || tries >= triesMax) throw error
        // Each try uses up some of what it waits for.
        await new Promise<void>((resolve) => scheduler.after(waitMs + tries * patienceMs, resolve))
      }
    }
  }

  /** Accounts that have yet to come in, in hex; nobody where the server does not say. */
  const invitedInto = async (room: RoomState): Promise<ReadonlySet<string>> => {
    if (!follows(room) || !line.isOnline()) return new Set()
    const waiting = await call(operations.readInvited, { room: room.id }).then(
      ({ devices }) => new Set(devices.map(toHex)),
      // A server of before does not know; and a name in a list is worth no failure.
      () => new Set<string>(),
    )
    return awaitedIn(store, room, waiting)
  }

  const isIn = ({ group }: RoomState, who: Uint8Array): boolean =>
    group !== null && accountsIn(group.public).has(toHex(who))

  /**
   * Somebody on the way into a room, with key packages for it.
   * @throws SottoError `name_unknown`, `already_member`, `already_invited`, `room_full`, `key_package_unavailable`, …
   */
  const invitationOf = async (room: Room, name: string, patience: Patience): Promise<Intent> => {
    policyToChange(room)
    const invited = await contacts.named(normalizeName(name))
    const under = room
      .state()
      .intents.find((intent) => intent.kind === 'invite' && equalBytes(intent.account, invited.account))
    if (under) return under
    if (isIn(room.state(), invited.account)) await room.leaversOut('at_once')
    const policy = policyToChange(room)
    if (roleOf(policy, invited.account) !== undefined && isIn(room.state(), invited.account)) {
      const isAwaited = (await invitedInto(room.state())).has(toHex(invited.account))
      throw new SottoError(isAwaited ? 'already_invited' : 'already_member')
    }
    const { group } = room.state()
    if (group && freePlaces(group.public, policy) < 1) throw new SottoError('room_full')
    const claim = () =>
      claimKeyPackages({ call, provider, contacts, clockS: nowS() }, room.state(), invited.account)
    const keyPackages = await awaitArrival(scheduler, patience, invited, nowS, claim)
    return { kind: 'invite', id: toHex(newId()), account: invited.account, keyPackages }
  }

  /** By one commit where it can be; what became of each, in their order. */
  const inviteTogether = async (room: Room, names: readonly string[]): Promise<readonly InviteOutcome[]> => {
    const prepared: { readonly name: string; readonly got: Intent | SottoError }[] = []
    const patience = newPatience()
    let over: SottoError | undefined
    for (const name of names) {
      const got: Intent | SottoError =
        over ?? (await patiently(() => invitationOf(room, name, patience)).catch(failureOf))
      prepared.push({ name, got })
      // Where the line is gone nobody else is found either.
      if (got instanceof SottoError && isForNow(got)) over = got
    }
    const intents = new Set(prepared.flatMap(({ got }) => (got instanceof SottoError ? [] : [got])))
    const settled = await Promise.allSettled(room.intendAll([...intents]))
    const results = new Map([...intents].map((intent, at) => [intent, settled[at]]))
    return prepared.map(({ name, got }) => {
      if (got instanceof SottoError) return { name, failure: failureViewOf(got) }
      const result = results.get(got)
      return { name, failure: result?.status === 'rejected' ? failureViewOf(failureOf(result.reason)) : null }
    })
  }

  /** @throws SottoError `room_frozen`, `not_member`, `identity_changed` */
  const roomToSpeakIn = (id: string): Room => {
    const room = rooms.get(id)
    const { phase } = room.state()
    if (phase.kind === 'frozen') throw new SottoError('room_frozen')
    if (phase.kind !== 'active' && phase.kind !== 'repairing') throw new SottoError('not_member')
    if (room.isAlarmed()) throw new SottoError('identity_changed')
    return room
  }

  const endOthers = (): Promise<void> => endContinued([...rooms.all()], rooms.find)
  await endOthers()

  return {
    rooms,
    entering,
    replenish,

    openRoomView: openRoom.view,
    lookForOpenRoom: openRoom.look,
    greeted: admission.look,
    behind: (id, head) => {
      const room = rooms.find(id)
      if (!room) return
      room.hint(head)
      // Nothing is missing: somebody asks to come in (rule OPEN-5).
      if (head <= room.state().place.cursor) admission.heard(room)
    },
    rest: async (reason) => {
      admission.rest()
      await rooms.rest(reason)
    },

    ...foundCommands({ ...deps, rooms, tools, openRoom, leafOwner, connected, endOthers }),
    ...openRoomCommands({ openRoom, rooms, connected }),

    invite: async ({ room: id, name }) => {
      const room = rooms.get(id)
      return room.intend(await invitationOf(room, name, newPatience()))
    },

    inviteAll: async ({ room: id, names }) => {
      const room = rooms.get(id)
      policyToChange(room)
      if (names.length > limits.leavesPerRoomMax) throw new SottoError('too_large')
      const wanted = [...new Set(names.map((name) => name.trim()))]
      const outcomes: InviteOutcome[] = []
      // As many as one commit brings in; the next are asked for when they are in.
      for (let at = 0; at < wanted.length; at += limits.addsPerCommitMax)
        outcomes.push(...(await inviteTogether(room, wanted.slice(at, at + limits.addsPerCommitMax))))
      return outcomes
    },

    removeMember: async ({ room: id, account: who }) => {
      const room = rooms.get(id)
      const other = accountNamed(who)
      if (roleOf(policyToChange(room), other) === undefined) throw new SottoError('not_member')
      if (toHex(other) === toHex(account)) throw new SottoError('bad_request', 'one leaves by leaving')
      return room.intend({ kind: 'remove', id: toHex(newId()), account: other })
    },

    setRole: async ({ room: id, account: who, role: name }) => {
      const room = rooms.get(id)
      const other = accountNamed(who)
      const role = roles[name]
      if (roleOf(policyToChange(room), other) === undefined) throw new SottoError('not_member')
      return room.intend({ kind: 'role', id: toHex(newId()), account: other, role })
    },

    rejoin: async ({ room: id }) => {
      const room = rooms.get(id)
      const { phase } = room.state()
      if (phase.kind === 'repairing') return
      if (phase.kind !== 'frozen' || !isOwnFault(phase.code, phase.rule)) throw new SottoError('room_frozen')
      await room.take((state) => stepped(tryAgain(state)))
    },

    accept: async ({ room: id }) => {
      const { phase } = rooms.get(id).state()
      if (phase.kind === 'active') return
      if (phase.kind !== 'invited') throw new SottoError('not_found')
      await enter(id, { kind: 'active' })
    },

    ...declineCommands({ rooms, enter }),
    ...blockCommands({ blocks, contacts, rooms, account }),

    ...leaveCommands({ rooms, account, aboutToLeave: openRoom.closeIfAlone }),

    members: async ({ room: id }) => {
      // Whose leaving waits for a commit would be listed until then; it is the turn of this device within moments.
      await rooms.get(id).leaversOut('in_turn')
      const room = rooms.get(id).state()
      const members = policyIn(room)?.members ?? []
      await contacts.ensure(members.map((member) => ({ account: member.account, seq: 0 })))
      const invited = await invitedInto(room)
      return members.map((member): MemberView => {
        const contact = contacts.find(member.account)
        return {
          account: toHex(member.account),
          name: contact ? shownName(contact.state.name) : toHex(member.account).slice(0, 8),
          role: roleNames[member.role],
          own: toHex(member.account) === toHex(account),
          isBot: contact !== undefined && isBotAccount(contact.state),
          identity: contact?.alarm ? 'changed' : 'unverified',
          isInvited: invited.has(toHex(member.account)),
        }
      })
    },

    ...hookCommands({ tools, rooms, policyToChange, timeMs: deps.timeMs }),

    offerCommands: async ({ room: id, commands }) => {
      const room = roomToSpeakIn(id)
      await contacts.ensure([{ account, seq: 0 }])
      const own = contacts.find(account)
      if (!own || !isBotDevice(own.state, device))
        throw new SottoError('forbidden', 'only a bot has commands')
      const composedMs = deps.timeMs()
      const content = encodeCommands(commands, provider.random(16), composedMs)
      await room.post({ message: newId(), content, composedMs })
    },

    send: async ({ room: id, text, message: named }) => {
      const room = roomToSpeakIn(id)
      const message = named === undefined ? newId() : messageNamed(named)
      const item = { id: messageItemId(device, message) }
      const isKnown =
        outboxItem(room.state(), message) !== undefined ||
        (named !== undefined && (await store.get(roomKeys.knownMessage(id, named))) !== undefined)
      if (isKnown) return item
      const composedMs = deps.timeMs()
      const content = encodeText(text, provider.random(16), composedMs)
      await room.post({ message, content, composedMs })
      return item
    },

    retry: ({ room: id, id: item }) => rooms.get(id).take((state) => retryItem(state, messageOf(item))),
    discard: ({ room: id, id: item }) => rooms.get(id).take((state) => discardItem(state, messageOf(item))),

    markRead: ({ room: id, seq }) =>
      rooms.get(id).take(async (state) => {
        const readSeq = Math.min(seq, state.place.cursor)
        if (readSeq <= state.face.readSeq) return stepped(state)
        const unread = await unreadFrom(store, id, state, readSeq, account)
        return stepped({ ...state, face: { ...state.face, readSeq, unread } })
      }),

    saveDraft: ({ room: id, text }) => {
      if (text.length > limits.textBytesMax) throw new SottoError('too_large')
      const draft = text.trim() === '' ? '' : text.toWellFormed()
      return rooms.get(id).take((state) => stepped(state.draft === draft ? state : { ...state, draft }))
    },
  }
}

/** @throws SottoError `bad_request` */
const accountNamed = (hex: string): Uint8Array => fromHex(hex, 32)

/** @throws SottoError `bad_request` */
const messageNamed = (hex: string): Uint8Array => {
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new SottoError('bad_request', 'a message is named by 32 hex digits')
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

/** The message of an item: its id names device and message. */
const messageOf = (item: string): Uint8Array => messageNamed(item.split('.')[1] ?? '')
