import type { ClientState } from '@sotto/client'
import { away } from './away.ts'
import { backlog } from './backlog.ts'
import { bots } from './bots.ts'
import { directions } from './directions.ts'
import { recovery } from './recovery.ts'
import { noScenery, scenery, signedIn, you } from './scenery.ts'
import type { Scenery } from './scenery.ts'
import type { Scene } from './scenes.ts'

export const sceneryOf = (scene: Scene, nowMs: number): Scenery => {
  switch (scene) {
    case 'none':
    case 'by_invitation':
    case 'closed':
    case 'signed_out':
    case 'first':
    case 'open_first':
    case 'open_waiting':
      return noScenery
    case 'recovery':
      return recovery(nowMs)
    case 'bots':
      return bots(nowMs)
    case 'unread':
      return backlog(nowMs)
    case 'directions':
      return directions(nowMs)
    case 'desk':
    case 'open_desk':
    case 'offline':
    case 'connecting':
    case 'slower':
    case 'no_answer':
    case 'untrusted':
    case 'refused':
    case 'halted':
    case 'broken':
    case 'slow':
      return scenery(nowMs)
  }
}

const openRoomOf = (
  scene: 'open_first' | 'open_waiting' | 'open_desk',
  nowMs: number,
): NonNullable<ClientState['openRoom']> => ({
  room: '0fee',
  name: scene === 'open_desk' ? 'Everybody' : 'General',
  memberCount: scene === 'open_desk' ? 12 : 1,
  standing: scene === 'open_waiting' ? 'waiting' : 'outside',
  sinceMs: scene === 'open_waiting' ? nowMs - 3 * 60_000 : null,
})

export const startState = (scene: Scene, nowMs: number, { rooms }: Scenery): ClientState => {
  switch (scene) {
    case 'none':
    case 'by_invitation':
    case 'closed':
      return { account: { kind: 'none' }, connection: { kind: 'offline', retryAtMs: null }, rooms: [] }
    case 'signed_out':
      return {
        account: { kind: 'signed_out', server: 'https://sotto.example.org', ...you, isBot: false },
        connection: { kind: 'offline', retryAtMs: null },
        rooms: [],
      }
    case 'first':
      return {
        account: signedIn,
        connection: { kind: 'online', route: 'websocket' },
        rooms: [],
        openRoom: null,
      }
    case 'open_first':
    case 'open_waiting':
    case 'open_desk':
      return {
        account: signedIn,
        connection: { kind: 'online', route: 'websocket' },
        rooms: rooms.map((room, at) => (at === 0 ? { ...room, isOpen: true } : room)),
        openRoom: openRoomOf(scene, nowMs),
      }
    case 'desk':
    case 'recovery':
    case 'bots':
    case 'unread':
    case 'directions':
    case 'broken':
    case 'slow':
      return { account: signedIn, connection: { kind: 'online', route: 'websocket' }, rooms }
    case 'connecting':
      return { account: signedIn, connection: { kind: 'connecting' }, rooms }
    case 'slower':
      return { account: signedIn, connection: { kind: 'online', route: 'poll' }, rooms }
    case 'no_answer':
      return { account: signedIn, connection: away('unavailable', 'gateway', nowMs), rooms }
    case 'untrusted':
      return { account: signedIn, connection: away('offline', 'not_sotto', nowMs), rooms }
    case 'refused':
      return { account: signedIn, connection: { kind: 'refused', code: 'integrity' }, rooms }
    case 'halted':
      return { account: signedIn, connection: { kind: 'refused', code: 'storage_damaged' }, rooms }
    case 'offline':
      return { account: signedIn, connection: { kind: 'offline', retryAtMs: nowMs + 17_000 }, rooms }
  }
}
