import { invitedSessions } from './invitedSessions.ts'
import { joinGeneral } from './joinGeneral.ts'
import type { Origin } from './origin.ts'
import { pageWithProxy } from './pageWithProxy.ts'
import { roomServer } from './roomServer.ts'
import { senderAndReceiver } from './senderAndReceiver.ts'

export type { Origin } from './origin.ts'

/** The systems that Sotto replaces. */
export const origins: readonly Origin[] = [
  pageWithProxy,
  invitedSessions,
  roomServer,
  joinGeneral,
  senderAndReceiver,
]
