import { type AccountState, decodeAccountState } from '@sotto/trust'
import { contactKey, readContact } from '../../packages/client/src/account/contactRows.ts'
import { senderTag } from '../../packages/server/src/delivery/digest.ts'
import type { Append } from '../../packages/server/src/delivery/store.ts'
import type { MemoryData } from '../../packages/server/test/memory/data.ts'
import type { Device } from './device.ts'
import { hex } from './words.ts'

/** What was known when a commit was taken: by the server that took it, and on the disks of the devices. */
export interface Knowledge {
  readonly data: MemoryData
  readonly devices: readonly Device[]
  /** Device ids, in hex, by who has them. */
  readonly owners: ReadonlyMap<string, { readonly device: number }>
  readonly senderTagKey: Uint8Array
}

const isRevoked = (state: AccountState | undefined, device: string): boolean =>
  state?.devices.get(device)?.status.kind === 'revoked'

/**
 * Those whom a commit brings in although the server, or the device that made it, knew that they had been given up. A
 * server that was restored may have lost that, and be told again only later.
 */
export const knownGivenUp = (
  { data, devices, owners, senderTagKey }: Knowledge,
  { room, change, senderTag: tag }: Append,
): readonly string[] => {
  if (change?.kind !== 'committed') return []
  const byTag = (id: string): boolean =>
    hex(senderTag(senderTagKey, room, new Uint8Array(Buffer.from(id, 'hex')))) === hex(tag)
  const makers = [...owners].flatMap(([id, { device }]) => (byTag(id) ? (devices[device] ?? []) : []))
  return change.joined.flatMap(({ account, device }) => {
    const atServer = data.accounts.get(hex(account))
    const states = [
      atServer && decodeAccountState(atServer.state),
      ...makers.map(({ disk }) => {
        const row = disk.rows.get(contactKey(account))
        return row && readContact(row)?.state
      }),
    ]
    return states.some((state) => isRevoked(state, hex(device))) ? [hex(device)] : []
  })
}
