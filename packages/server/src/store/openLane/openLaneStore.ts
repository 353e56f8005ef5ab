import type { Kysely } from 'kysely'
import type { OpenStore } from '../../open/store.ts'
import { translated } from '../failure.ts'
import type { Schema } from '../schema.ts'
import { acquaintanceStore } from './acquaintanceStore.ts'
import { chatStore } from './chatStore.ts'
import { depositor, mailStore } from './mailStore.ts'
import { roomStore } from './roomStore.ts'
import { tokenStore } from './tokenStore.ts'
import { userStore } from './userStore.ts'

export const openLaneStore = (db: Kysely<Schema>): OpenStore => {
  const letters = depositor(db)
  return {
    users: translated(userStore(db)),
    tokens: translated(tokenStore(db)),
    mail: translated(mailStore(db, letters)),
    rooms: translated(roomStore(db)),
    chats: translated(chatStore(db, letters)),
    acquaintances: translated(acquaintanceStore(db)),
  }
}
