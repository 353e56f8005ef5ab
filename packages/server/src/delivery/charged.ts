/** What an entry takes beside what was sent: its link, its hash, its rows. */
export const entryBytes = 512

/** The name of an account, room or hook in the ledger of budgets. */
export const ownerOf = (id: Uint8Array): string =>
  Buffer.from(id.buffer, id.byteOffset, id.length).toString('hex')
