import { shownName, toHex } from '@sotto/protocol'
import type { Contact } from './account/contacts.ts'
import { isBotAccount, isBotDevice } from './account/deviceKinds.ts'
import type { Profile } from './account/profile.ts'
import type { Device } from './device.ts'
import { outboxItem } from './room/send.ts'
import { isShown, type RoomState } from './room/state.ts'
import type { Told } from './room/step.ts'
import { byActivity, roomView } from './timeline/roomView.ts'
import { itemsOf, messageItemId, outboxItemsOf, type SenderOf } from './timeline/view.ts'
import type { AccountView, ClientEvent, ClientFeed, ClientState, ConnectionView } from './view.ts'

/** What a client shows: made from what it knows, and told to whoever looks. */
export interface Stage extends ClientFeed {
  readonly senderOf: SenderOf
  /** Something that is shown may be another now. However much happens at once, the new state is told once. */
  stirred(): void
  /** What a step in a room has told. */
  tell(room: RoomState, told: readonly Told[]): void
  close(): void
}

/** Where what is shown comes from, asked when it is needed. */
export interface Scene {
  account(): AccountView
  connection(): ConnectionView
  profile(): Profile | null
  device(): Device | null
  findContact(account: Uint8Array): Contact | undefined
}

const shortNameCharacters = 8

export const makeStage = (scene: Scene): Stage => {
  const listeners = new Set<(event: ClientEvent) => void>()
  let shown: ClientState | null = null
  let isTelling = false
  let isClosed = false

  const publish = (event: ClientEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const isOwn = (account: Uint8Array): boolean => {
    const own = scene.profile()?.account
    return own !== undefined && toHex(own) === toHex(account)
  }
  const nameOf = (account: Uint8Array): string | null => {
    const contact = scene.findContact(account)
    if (contact) return shownName(contact.state.name)
    return isOwn(account) ? (scene.profile()?.name ?? null) : null
  }
  const isBot = (account: Uint8Array, device?: Uint8Array): boolean => {
    const state = scene.findContact(account)?.state
    if (!state) return false
    return device ? isBotDevice(state, device) : isBotAccount(state)
  }
  const senderOf: SenderOf = (account, device) => ({
    account: toHex(account),
    name: nameOf(account) ?? toHex(account).slice(0, shortNameCharacters),
    own: isOwn(account),
    isBot: isBot(account, device),
  })

  const roomViews = (): ClientState['rooms'] => {
    const device = scene.device()
    if (!device) return []
    return [...device.rooms.all()]
      .filter((room) => isShown(room.state()))
      .toSorted((a, b) => byActivity(a.state(), b.state()))
      .map((room) => roomView(room, scene.profile()?.account, device.entering.has(room.id), nameOf))
  }
  const state = (): ClientState =>
    (shown ??= {
      account: scene.account(),
      connection: scene.connection(),
      rooms: roomViews(),
      openRoom: scene.device()?.openRoomView() ?? null,
    })

  const stirred = (): void => {
    shown = null
    if (isTelling || isClosed) return
    isTelling = true
    void Promise.resolve().then(() => {
      isTelling = false
      if (!isClosed) publish({ kind: 'state', state: state() })
    })
  }

  const tellOne = (room: RoomState, profile: Profile, one: Told): void => {
    const id = toHex(room.id)
    switch (one.kind) {
      case 'records':
      case 'changed': {
        const items = one.records.flatMap((placed) => itemsOf(placed, senderOf))
        return publish({ kind: one.kind === 'changed' ? 'changed' : 'timeline', room: id, items })
      }
      case 'outbox': {
        const open = scene.device()?.rooms.find(id)
        const items = outboxItemsOf(
          one.messages.flatMap((message) => outboxItem(room, message) ?? []),
          {
            device: profile.device,
            sender: senderOf(profile.account),
            acknowledged: (message) => open?.acknowledged(message),
            noSpaceFor: (message) => open?.noSpaceFor(message),
          },
        )
        return items.length > 0 ? publish({ kind: 'timeline', room: id, items }) : undefined
      }
      case 'discarded':
        return publish({ kind: 'discarded', room: id, id: messageItemId(profile.device, one.message) })
      case 'intent':
      case 'leave_refused':
    }
  }

  return {
    state,
    senderOf,
    stirred,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell: (room, told) => {
      const profile = scene.profile()
      if (profile && isShown(room) && listeners.size > 0) for (const one of told) tellOne(room, profile, one)
      stirred()
    },
    close: () => {
      isClosed = true
      listeners.clear()
    },
  }
}
