import type { Provider } from '@sotto/mls'
import { SottoError, toHex } from '@sotto/protocol'
import { roleOf, roles } from '@sotto/trust'
import { type LeafOwner, makeFounderBundle } from './account/keyPackages.ts'
import { makeMeta, roomTitle } from './content/meta.ts'
import type { OpenRoom } from './openRoom/openRoom.ts'
import { askedNobody } from './room/attempt.ts'
import { firstPolicy, type Founding, foundRoom } from './room/enter.ts'
import { foundingAnew } from './room/refound.ts'
import { emptyRoom, policyIn, publicOf } from './room/state.ts'
import type { Tools } from './room/tools.ts'
import type { Rooms } from './sync/rooms.ts'
import type { ClientCommands } from './view.ts'

interface Deps {
  readonly rooms: Pick<Rooms, 'add' | 'get'>
  readonly tools: Tools
  readonly provider: Provider
  readonly openRoom: Pick<OpenRoom, 'look' | 'refuseSecond'>
  leafOwner(): Promise<LeafOwner>
  timeMs(): number
  /** @throws SottoError `offline` */
  connected(): Promise<void>
  endOthers(): Promise<void>
}

/** Rooms that are made here: new ones, and those that continue one that was damaged. */
export const foundCommands = (deps: Deps): Pick<ClientCommands, 'createRoom' | 'refound'> => {
  const { rooms, tools, provider, openRoom, timeMs } = deps
  const bundle = async () => makeFounderBundle(await deps.leafOwner(), Math.floor(timeMs() / 1000))

  /** Makes a room, and waits until the server has opened its log. */
  const found = async (founding: Founding): Promise<{ readonly room: string }> => {
    const room = rooms.add(emptyRoom(founding.id, { kind: 'absent' }))
    const created = room.created()
    created.catch(() => {})
    await room.take((state) => foundRoom(tools, state, founding, askedNobody))
    await created
    return { room: toHex(founding.id) }
  }
  /** What others are told of it follows; a room stands without that. */
  const announce = (): void => void openRoom.look().catch(() => {})

  return {
    createRoom: async ({ name, isOpen = false }) => {
      const title = roomTitle(name)
      await deps.connected()
      if (isOpen) await openRoom.refuseSecond()
      const id = provider.random(16)
      const meta = makeMeta(title, provider.random(16), isOpen)
      const policy = firstPolicy(tools, id, meta)
      const made = await found({ id, meta, policy, bundle: await bundle(), nowMs: timeMs(), intents: [] })
      if (isOpen) announce()
      return made
    },

    refound: async ({ room: id }) => {
      const room = rooms.get(id)
      await deps.connected()
      const { phase, place, meta } = room.state()
      const group = publicOf(room.state())
      const last = policyIn(room.state())
      if (phase.kind !== 'frozen' && phase.kind !== 'repairing')
        throw new SottoError('bad_request', 'only a damaged room is founded anew')
      if (!group || !last || roleOf(last, tools.account) !== roles.owner)
        throw new SottoError('policy', undefined, { rule: 'CREATE-3' })
      const nowMs = timeMs()
      const bundled = await bundle()
      const made = await found(
        foundingAnew(tools, { id: provider.random(16), last, group, place, meta, bundle: bundled, nowMs }),
      )
      announce()
      await deps.endOthers()
      return made
    },
  }
}
