import type { Kysely } from 'kysely'
import type { DeliveryStore } from '../../delivery/store.ts'
import { translated } from '../failure.ts'
import type { Schema } from '../schema.ts'
import { hookStore } from './hookStore.ts'
import { invitationStore } from './invitationStore.ts'
import { logStore } from './logStore.ts'
import { logWriter } from './logWriter.ts'
import { roomStore } from './roomStore.ts'
import { treeStore } from './treeStore.ts'

export const deliveryStore = (db: Kysely<Schema>): DeliveryStore => {
  const trees = treeStore(db)
  return translated({
    ...logStore(db, logWriter(db, trees)),
    ...roomStore(db),
    ...invitationStore(db, trees),
    ...hookStore(db),
  })
}
