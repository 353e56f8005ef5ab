import { type Engine, exportSecret, type Group } from '@sotto/mls'

/** The label under which a room's archive key is exported from each of its epochs (AK in docs/spec/protocol.md). */
export const archiveKeyLabel = 'sotto/1 archive'

export const archiveKeyOf = (engine: Engine, group: Group, room: Uint8Array): Uint8Array =>
  exportSecret(engine, group, archiveKeyLabel, room, 32)
