import type { Migration } from './migration.ts'

/** Of the time before, those are known whose letters still wait. */
export const addressees: Migration = {
  name: '0018-addressees',
  up: async (db) => {
    await db.schema
      .createTable('open_addressees')
      .addColumn('user_id', 'integer', (c) => c.notNull().references('open_users.id'))
      .addColumn('addressee_id', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('open_addressees_key', ['user_id', 'addressee_id'])
      .execute()
    await db
      .insertInto('open_addressees')
      .columns(['user_id', 'addressee_id'])
      .expression(db.selectFrom('open_mail_shares').select(['sender_id', 'user_id']))
      .execute()
  },
}
