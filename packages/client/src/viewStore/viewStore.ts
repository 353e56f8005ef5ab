import { isShown, type RoomState } from '../room/state.ts'
import type { Told } from '../room/step.ts'
import { byActivity, roomView } from '../timeline/roomView.ts'
import type { SenderOf } from '../timeline/view.ts'
import type { ClientEvent, ClientFeed, ClientState } from '../view.ts'
import { nameIn, senderIn } from './people.ts'
import { eventOfTold } from './roomEvents.ts'
import type { ViewSources } from './sources.ts'

/** What a client shows: made from what it knows, and emitted to whoever looks. */
export interface ViewStore extends ClientFeed {
  readonly senderOf: SenderOf
  /** Something that is shown may be another now. However much happens at once, the new state is emitted once. */
  invalidate(): void
  /** Emits what a step in a room has brought. */
  emit(room: RoomState, told: readonly Told[]): void
  close(): void
}

const roomViews = (sources: ViewSources): ClientState['rooms'] => {
  const device = sources.device()
  if (!device) return []
  const own = sources.profile()?.account
  return [...device.rooms.all()]
    .filter((room) => isShown(room.state()))
    .toSorted((a, b) => byActivity(a.state(), b.state()))
    .map((room) => roomView(room, own, device.entering.has(room.id), (account) => nameIn(sources, account)))
}

const stateOf = (sources: ViewSources): ClientState => ({
  account: sources.account(),
  connection: sources.connection(),
  rooms: roomViews(sources),
  openRoom: sources.device()?.openRoomView() ?? null,
})

export const makeViewStore = (sources: ViewSources): ViewStore => {
  const listeners = new Set<(event: ClientEvent) => void>()
  const senderOf = senderIn(sources)
  let shown: ClientState | null = null
  let isEmitting = false
  let isClosed = false

  const publish = (event: ClientEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const state = (): ClientState => (shown ??= stateOf(sources))

  const invalidate = (): void => {
    shown = null
    if (isEmitting || isClosed) return
    isEmitting = true
    void Promise.resolve().then(() => {
      isEmitting = false
      if (!isClosed) publish({ kind: 'state', state: state() })
    })
  }

  return {
    state,
    senderOf,
    invalidate,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    emit: (room, told) => {
      const profile = sources.profile()
      if (profile && isShown(room) && listeners.size > 0)
        for (const one of told) {
          const event = eventOfTold({ profile, device: sources.device(), senderOf }, room, one)
          if (event) publish(event)
        }
      invalidate()
    },
    close: () => {
      isClosed = true
      listeners.clear()
    },
  }
}
