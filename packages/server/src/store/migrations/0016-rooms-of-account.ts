import type { Migration } from './migration.ts'

/** In the place of an index that names the account alone: two accounts are asked for a room that they share. */
export const roomsOfAccount: Migration = {
  name: '0016-rooms-of-account',
  up: async ({ schema }) => {
    await schema.dropIndex('rooms_of_account').execute()
    await schema
      .createIndex('rooms_of_account')
      .on('members')
      .columns(['account', 'until_seq', 'room', 'device'])
      .execute()
  },
}
