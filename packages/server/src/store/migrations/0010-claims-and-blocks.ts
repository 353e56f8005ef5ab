import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const claimTables: Migration = {
  name: '0010-claims-and-blocks',
  up: async (db, types) => {
    const bytes = sql.raw(types.bytes)
    const integer = sql.raw(types.integer)
    const { schema } = db
    // What was handed out before is known to nobody: whoever still has it claims again.
    await schema
      .createTable('key_package_claims')
      .addColumn('ref', bytes, (c) => c.notNull())
      .addColumn('claimant', bytes, (c) => c.notNull())
      .addColumn('owner', bytes, (c) => c.notNull())
      .addColumn('times', integer, (c) => c.notNull())
      .addColumn('not_after_s', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('key_package_claims_key', ['claimant', 'ref'])
      .execute()
    await schema
      .createIndex('key_package_claims_of_owner')
      .on('key_package_claims')
      .columns(['owner', 'claimant'])
      .execute()
    await schema
      .createIndex('key_package_claims_until')
      .on('key_package_claims')
      .column('not_after_s')
      .execute()
    await schema
      .createTable('blocks')
      .addColumn('account', bytes, (c) => c.notNull().references('accounts.account'))
      .addColumn('blocked', bytes, (c) => c.notNull())
      .addPrimaryKeyConstraint('blocks_key', ['account', 'blocked'])
      .execute()
  },
}
