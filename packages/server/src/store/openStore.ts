import { Kysely } from 'kysely'
import type { AdminStore } from '../control/store.ts'
import { adminStore } from './admin/adminStore.ts'
import type { InviteStore } from '../authentication/invites.ts'
import type { AuthenticationStore } from '../authentication/store.ts'
import type { KeptStore } from '../data/keeper.ts'
import type { DeliveryStore } from '../delivery/store.ts'
import type { DirectoryStore } from '../directory/store.ts'
import type { OpenStore } from '../open/store.ts'
import type { OpenRoomStore } from '../openRoom/store.ts'
import type { BudgetStore } from '../quota/budget.ts'
import type { Space } from '../quota/space.ts'
import type { ClockStore } from '../steadyClock.ts'
import { authenticationStore } from './authenticationStore.ts'
import { budgetStore } from './budgetStore.ts'
import { clockStore } from './clockStore.ts'
import { deliveryStore } from './delivery/deliveryStore.ts'
import { directoryStore } from './directory/directoryStore.ts'
import { storing } from './failure.ts'
import { inviteStore } from './inviteStore.ts'
import { keptStore } from './keptStore.ts'
import { migrate, type MigrationStep } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { openLaneStore } from './openLane/openLaneStore.ts'
import { openRoomStore } from './openRoomStore.ts'
import type { Schema } from './schema.ts'
import { openSqlite, type SqliteOptions } from './sqliteDatabase.ts'
import { type Gate, sqliteDialect } from './sqliteDialect.ts'
import { sqliteSpace } from './sqliteSpace.ts'

export interface Store {
  readonly authentication: AuthenticationStore
  readonly invites: InviteStore
  readonly admin: AdminStore
  readonly directory: DirectoryStore
  readonly delivery: DeliveryStore
  readonly open: OpenStore
  readonly openRoom: OpenRoomStore
  readonly clock: ClockStore
  readonly kept: KeptStore
  readonly budgets: BudgetStore
  /** How much more can be stored; asked at any time, without waiting. */
  space(): Space
  /** Resolves when the database answers. @throws SottoError `unavailable`, `read_only` */
  answer(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the database and brings it to the newest schema.
 *
 * @param tell called before each migration of a database that is not new
 * @throws Error when its settings are weaker than what acknowledgements promise, or a newer Sotto has written it
 */
export const openStore = async (
  options: SqliteOptions,
  tell: (step: MigrationStep) => void = () => {},
): Promise<Store> => {
  const gate: Gate = { isShut: false }
  const database = openSqlite(options)
  const db = new Kysely<Schema>({ dialect: sqliteDialect(database, gate) })
  try {
    await migrate(database, migrations, tell)
    return {
      authentication: authenticationStore(db),
      invites: inviteStore(db),
      admin: adminStore(db),
      directory: directoryStore(db),
      delivery: deliveryStore(db),
      open: openLaneStore(db),
      openRoom: openRoomStore(db),
      clock: clockStore(db),
      kept: keptStore(db, () => {
        gate.isShut = true
      }),
      budgets: budgetStore(db),
      space: () => sqliteSpace(database, options),
      answer: () =>
        storing(async () => {
          await db.selectFrom('accounts').select('account').limit(1).execute()
        }),
      close: () => db.destroy(),
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}
