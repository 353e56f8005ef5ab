import { asking, emptyDraft, hasSomethingToSee, textOf } from '@sotto/client'
import type {
  Client,
  ClientCommands,
  ClientEvent,
  ClientFeed,
  ClientState,
  Delivery,
  FailureCode,
  FailureDetail,
  MemberView,
  RepairStep,
  RoomView,
  SpaceOwner,
  TimelineItem,
  TimelinePlace,
} from '@sotto/client'
import { accessTokenCommands } from './accessTokens.ts'
import { reactedIn } from './reactions.ts'
import { hooksOf, membersOf, people, room as roomNamed, you } from './scenery.ts'
import type { Scene } from './scenes.ts'
import { sceneryOf, startState } from './startState.ts'
import { comparing } from './verification.ts'

/** Messages that wait for space, by whose it is. */
const waiting: Readonly<Record<string, SpaceOwner>> = {
  'no space of mine': 'account',
  'no space in here': 'room',
  'no space at all': 'server',
}

/** Names by which a failure of an invitation can be seen. */
const refusals: Readonly<Record<string, FailureCode>> = {
  nobody: 'name_unknown',
  nodevice: 'key_package_unavailable',
  full: 'room_full',
}

class PreviewFailure extends Error {
  readonly code: FailureCode
  readonly detail: FailureDetail
  constructor(code: FailureCode, detail: FailureDetail = {}) {
    super(code)
    this.code = code
    this.detail = detail
  }
}

/** Whether an item stands at a place or behind it. */
const isFrom = (item: TimelineItem, at: TimelinePlace, readSeq: number): boolean => {
  if (at === 'newest') return false
  const seq = item.seq ?? Number.MAX_SAFE_INTEGER
  if (at === 'readMarker') return seq > readSeq
  if ('message' in at) return item.id === at.message
  return 'seq' in at ? seq >= at.seq : item.timeMs >= at.dateMs
}

const wait = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs))

/**
 * The façade of the client over a world in memory, for work on the screens. Names and texts call up failures: the
 * account `taken`, `suspended`, `rate` or `offline`, the password `wrong password`, the invitations of `nobody` and `nodevice`, the
 * messages `fail`, `stuck` and those without space, whatever is done to `נועם`.
 */
export const openPreviewClient = (scene: Scene): Client => {
  const nowMs = Date.now()
  const listeners = new Set<(event: ClientEvent) => void>()
  const start = sceneryOf(scene, nowMs)
  const timelines = new Map(start.timelines)
  const members = new Map(start.members)
  const notes = new Map<string, string>()
  const comparison = comparing(nowMs)
  let state = startState(scene, nowMs, start)
  let counter = 0

  const tell = (event: ClientEvent) => {
    for (const listener of listeners) listener(event)
  }
  const become = (next: Partial<ClientState>) => {
    state = { ...state, ...next }
    tell({ kind: 'state', state })
  }
  const changeRoom = (id: string, change: (room: RoomView) => RoomView) => {
    const room = state.rooms.find((one) => one.id === id)
    if (room === undefined) throw new PreviewFailure('room_unknown')
    become({ rooms: [change(room), ...state.rooms.filter((one) => one.id !== id)] })
  }
  const touchRoom = (id: string, change: (room: RoomView) => RoomView) =>
    become({ rooms: state.rooms.map((one) => (one.id === id ? change(one) : one)) })

  const put = (room: string, item: TimelineItem) => {
    const items = timelines.get(room) ?? []
    const rest = items.filter((one) => one.id !== item.id)
    timelines.set(room, [
      ...rest.filter((one) => one.seq !== null),
      ...(item.seq === null ? rest.filter((one) => one.seq === null) : []),
      item,
      ...(item.seq === null ? [] : rest.filter((one) => one.seq === null)),
    ])
    tell({ kind: 'timeline', room, items: [item] })
  }
  const readSeqOf = (room: string): number => state.rooms.find((one) => one.id === room)?.readSeq ?? 0
  const nextSeq = (room: string): number =>
    Math.max(0, ...(timelines.get(room) ?? []).map((item) => item.seq ?? 0)) + 1

  const deliver = async (room: string, id: string) => {
    await wait(scene === 'slow' ? 4000 : 350)
    const item = timelines.get(room)?.find((one) => one.id === id)
    if (item?.kind === 'message' && item.text === 'stuck') return
    if (item?.kind !== 'message' || item.delivery.kind !== 'sending' || state.connection.kind !== 'online')
      return
    const noSpace = waiting[item.text]
    if (noSpace) return put(room, { ...item, delivery: { kind: 'sending', noSpace } })
    const delivery: Delivery =
      item.text === 'fail' ? { kind: 'failed', code: 'rate' } : ({ kind: 'sent' } as const)
    put(room, { ...item, seq: delivery.kind === 'sent' ? nextSeq(room) : null, delivery })
    if (delivery.kind === 'sent') void answer(room, item.text)
  }

  const sent = async (room: string, text: string) => {
    if (text === 'full') throw new PreviewFailure('storage_full')
    const id = `own ${(counter += 1)}`
    const timeMs = Date.now()
    put(room, { kind: 'message', id, seq: null, sender: you, text, timeMs, delivery: { kind: 'sending' } })
    changeRoom(room, (one) => ({ ...one, latest: { by: 'person', sender: you.name, text, timeMs } }))
    void deliver(room, id)
    return { id }
  }

  const answer = async (room: string, text: string) => {
    // What ends in an ellipsis is answered when the one who looks at the preview says so.
    if (text.endsWith('…'))
      await new Promise((resolve) => addEventListener('preview-answer', resolve, { once: true }))
    else await wait(1500)
    const said: TimelineItem = {
      kind: 'message',
      id: `answer ${(counter += 1)}`,
      seq: nextSeq(room),
      sender: people.bob,
      text: `Heard: ${text}`,
      timeMs: Date.now(),
      delivery: { kind: 'sent' },
    }
    changeRoom(room, (one) => ({
      ...one,
      unread: one.unread + 1,
      latest: { by: 'person', sender: said.sender.name, text: said.text, timeMs: said.timeMs },
    }))
    put(room, said)
  }

  const membersIn = (room: string): readonly MemberView[] =>
    members.get(room) ?? membersOf(state.rooms.find((one) => one.id === room)?.memberCount ?? 1)

  const memberIn = async (room: string, account: string): Promise<MemberView> => {
    await wait(600)
    const found = membersIn(room).find((one) => one.account === account)
    if (found === undefined) throw new PreviewFailure('not_found')
    if (found.account === people.noam.account) throw new PreviewFailure('stale_epoch')
    return found
  }

  const happens = (room: string, event: Extract<TimelineItem, { kind: 'event' }>['event']) =>
    put(room, {
      kind: 'event',
      id: `${room} ${(counter += 1)}`,
      seq: nextSeq(room),
      actor: you,
      event,
      timeMs: Date.now(),
    })

  const newRoom = (
    id: string,
    name: string,
    memberCount: number,
    kind: 'created' | 'added' | 'refounded',
  ) => {
    const item: TimelineItem = {
      kind: 'event',
      id: `${id} 1`,
      seq: 1,
      actor: kind === 'added' ? people.bob : you,
      event: kind === 'added' ? { kind, name: you.name } : { kind },
      timeMs: Date.now(),
    }
    timelines.set(id, [item])
    const made = roomNamed(id, name, { memberCount })
    become({ rooms: [made, ...state.rooms.filter((one) => one.id !== id)] })
  }

  const takeAway = async (id: string) => {
    await wait(400)
    become({ rooms: state.rooms.filter((one) => one.id !== id) })
  }

  const comesIn = (room: string, name: string) => {
    happens(room, { kind: 'added', name })
    touchRoom(room, (one) => ({ ...one, memberCount: one.memberCount + 1 }))
  }

  const enter = async (name: string, password: string) => {
    await wait(1600)
    if (name === 'taken') throw new PreviewFailure('name_taken')
    if (name === 'suspended') throw new PreviewFailure('account_suspended')
    if (name === 'rate') throw new PreviewFailure('rate', { retryAfterMs: 13 * 60_000 })
    if (name === 'offline') throw new PreviewFailure('offline')
    if (password === 'wrong password') throw new PreviewFailure('invalid_credentials')
    become({
      account: {
        kind: 'signed_in',
        server: 'https://sotto.example.org',
        name,
        account: you.account,
        device: 'd0001',
        isBot: false,
      },
      connection: { kind: 'online', route: 'websocket' },
    })
  }

  const known: Partial<ClientCommands> & ClientFeed & Pick<Client, 'close'> = {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => listeners.clear(),

    register: ({ name, password }) => enter(name, password),
    login: ({ name, password }) => enter(name, password),
    logout: async ({ forget }) => {
      await wait(500)
      const { account } = state
      become({
        rooms: [],
        account:
          forget || account.kind === 'none'
            ? { kind: 'none' }
            : {
                kind: 'signed_out',
                server: account.server,
                name: account.name,
                account: account.account,
                isBot: false,
              },
      })
    },

    createRoom: async ({ name }) => {
      await wait(500)
      const room = `0f5${(counter += 1)}`
      newRoom(room, name, 1, 'created')
      return { room }
    },
    findOpenRoom: async () => state.openRoom ?? null,
    joinOpenRoom: async () => {
      const open = state.openRoom
      if (open) become({ openRoom: { ...open, standing: 'waiting', sinceMs: Date.now() } })
    },
    withdrawJoin: async () => {
      const open = state.openRoom
      if (open) become({ openRoom: { ...open, standing: 'outside', sinceMs: null } })
    },
    setOpenness: async ({ room, isOpen }) => {
      await wait(500)
      touchRoom(room, (one) => ({ ...one, isOpen }))
    },
    people: async () =>
      [people.bob, people.chiara, people.noam].map(({ account, name }) => ({ account, name })),
    invite: async ({ room, name }) => {
      // Whose device is not ready yet.
      await wait(name === 'newcomer' ? 60_000 : 600)
      const code = refusals[name]
      if (code) throw new PreviewFailure(code)
      comesIn(room, name)
    },
    inviteAll: async ({ room, names }) => {
      await wait(600)
      return names.map((name) => {
        const code = refusals[name]
        if (!code) comesIn(room, name)
        return { name, failure: code ? { code, detail: {} } : null }
      })
    },
    accept: async ({ room }) => {
      touchRoom(room, (one) => ({ ...one, state: { kind: 'joining', kept: false } }))
      await wait(1800)
      newRoom(room, 'Garden committee', 2, 'added')
    },
    decline: async ({ room }) => {
      const { name } = state.rooms.find((one) => one.id === room) ?? { name: '' }
      if (name === '') return takeAway(room)
      touchRoom(room, (one) => ({ ...one, state: { kind: 'left' } }))
    },
    declineAll: async () => {
      await wait(400)
      const rooms = state.rooms.filter((one) => one.state.kind !== 'invited')
      const count = state.rooms.length - rooms.length
      become({ rooms })
      return { count }
    },
    block: async (target) => {
      if ('inviterOf' in target) await takeAway(target.inviterOf)
    },
    unblock: async () => wait(300),
    blocked: async () => [{ account: 'f'.repeat(64), name: 'nuisance' }],
    leave: async ({ room }) => {
      await wait(500)
      if (room === '0f03') throw new PreviewFailure('last_owner')
      happens(room, { kind: 'left' })
      touchRoom(room, (one) => ({ ...one, state: { kind: 'left' } }))
    },
    deleteRoom: ({ room }) => takeAway(room),
    registrationMode: async () => {
      switch (scene) {
        case 'by_invitation':
          return 'invite'
        case 'closed':
          return 'closed'
        default:
          return 'open'
      }
    },
    ...accessTokenCommands(scene, nowMs, { wait, failure: (code) => new PreviewFailure(code) }),
    members: async ({ room }): Promise<readonly MemberView[]> => {
      await wait(200)
      if (scene === 'broken') throw new PreviewFailure('offline')
      return comparison.compared(membersIn(room))
    },
    ...comparison.commands,
    hooks: async ({ room }) => (scene === 'broken' ? [] : hooksOf(room, nowMs)),
    removeMember: async ({ room, account }) => {
      const { name } = await memberIn(room, account)
      members.set(
        room,
        membersIn(room).filter((one) => one.account !== account),
      )
      touchRoom(room, (one) => ({ ...one, memberCount: one.memberCount - 1 }))
      happens(room, { kind: 'removed', name })
    },
    setRole: async ({ room, account, role }) => {
      const { name } = await memberIn(room, account)
      members.set(
        room,
        membersIn(room).map((one) => (one.account === account ? { ...one, role } : one)),
      )
      happens(room, { kind: 'role', name, role })
    },
    rejoin: async ({ room }) => {
      await wait(400)
      const step = (next: RepairStep) =>
        touchRoom(room, (one) => ({
          ...one,
          state: { kind: 'repairing', code: 'client_rollback', rule: null, step: next },
        }))
      step('reading')
      await wait(1500)
      step('rejoining')
      await wait(1500)
      touchRoom(room, (one) => ({ ...one, state: { kind: 'active' } }))
      happens(room, { kind: 'rejoined' })
    },
    refound: async ({ room }) => {
      await wait(1200)
      const old = state.rooms.find((one) => one.id === room)
      if (old === undefined) throw new PreviewFailure('room_unknown')
      const successor = `0f5${(counter += 1)}`
      newRoom(successor, old.name, 1, 'refounded')
      touchRoom(room, (one) => ({ ...one, state: { kind: 'refounded', successor } }))
      return { room: successor }
    },

    send: async ({ room, text }) => sent(room, text),
    sendDraft: async ({ room, draft }) => {
      const said = await sent(room, textOf(draft))
      touchRoom(room, (one) => ({ ...one, draft: emptyDraft }))
      return said
    },
    react: async ({ room, id, emoji, isOn = true }) => {
      await wait(200)
      const item = timelines.get(room)?.find((one) => one.id === id)
      if (item?.kind !== 'message') throw new PreviewFailure('not_found')
      const changed = { ...item, reactions: reactedIn(item.reactions ?? [], emoji, isOn) }
      timelines.set(
        room,
        (timelines.get(room) ?? []).map((one) => (one.id === id ? changed : one)),
      )
      tell({ kind: 'changed', room, items: [changed] })
      return { id: null }
    },
    retry: async ({ room, id }) => {
      const item = timelines.get(room)?.find((one) => one.id === id)
      if (item?.kind !== 'message') throw new PreviewFailure('not_found')
      put(room, {
        ...item,
        text: item.text === 'fail' ? 'fail no more' : item.text,
        delivery: { kind: 'sending' },
      })
      void deliver(room, id)
    },
    discard: async ({ room, id }) => {
      timelines.set(
        room,
        (timelines.get(room) ?? []).filter((one) => one.id !== id),
      )
      tell({ kind: 'discarded', room, id, code: null })
    },

    timeline: async ({ room, before, after, limit }) => {
      await wait(scene === 'slow' ? 3000 : 30)
      if (scene === 'broken') throw new PreviewFailure('storage_damaged')
      const items = timelines.get(room)
      if (items === undefined) throw new PreviewFailure('room_unknown')
      if (after !== undefined) {
        const found = items.filter((item) => item.seq === null || item.seq >= after)
        return { items: found.slice(0, limit), more: found.length > limit }
      }
      const found =
        before === undefined ? items : items.filter((item) => item.seq !== null && item.seq < before)
      return { items: found.slice(-limit), more: found.length > limit }
    },
    timelineAround: async ({ room, at, older, newer }) => {
      await wait(scene === 'slow' ? 3000 : 30)
      if (scene === 'broken') throw new PreviewFailure('storage_damaged')
      const items = timelines.get(room)
      if (items === undefined) throw new PreviewFailure('room_unknown')
      const from = items.findIndex((item) => isFrom(item, at, readSeqOf(room)))
      const middle = from === -1 ? items.length : from
      return {
        items: items.slice(Math.max(0, middle - older), middle + newer),
        hasOlder: middle > older,
        hasNewer: middle + newer < items.length,
      }
    },
    markRead: async ({ room, seq }) => {
      const unread = (timelines.get(room) ?? []).filter(
        (item) => item.kind === 'message' && !item.sender.own && (item.seq ?? 0) > seq,
      ).length
      touchRoom(room, (one) => (seq > one.readSeq ? { ...one, unread, readSeq: seq } : one))
    },
    setDraft: async ({ room, draft }) => {
      touchRoom(room, (one) => ({ ...one, draft: hasSomethingToSee(textOf(draft)) ? draft : emptyDraft }))
    },
    keepDraft: async () => {},
    readNote: async ({ key }) => notes.get(key) ?? null,
    writeNote: async ({ key, text }) => {
      if (text === null) notes.delete(key)
      else notes.set(key, text)
    },
  }
  // What nobody needs on the screens is refused.
  return asking(known, async () => {
    throw new PreviewFailure('policy')
  })
}
