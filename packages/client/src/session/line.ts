import type { Provider } from '@sotto/mls'
import { SottoError } from '@sotto/protocol'
import type { Call } from '../account/contacts.ts'
import type { ServerInfo } from '../account/serverInfo.ts'
import type { Line } from '../room/line.ts'
import type { Connection } from '../sync/connection.ts'

interface Deps {
  readonly provider: Provider
  readonly info: Pick<ServerInfo, 'pin'>
  readonly call: Call
  readonly isOnline: () => boolean
  readonly isSynced: () => boolean
  connection(): Connection
}

/** The way to the server, as rooms see it. */
export const lineOf = ({ provider, info, call, isOnline, isSynced, connection }: Deps): Line => ({
  isOnline,
  isSynced,
  submit: (room, message) => connection().submit(room, message),
  call,
  witness: () => {
    const pin = info.pin()
    if (!pin) throw new SottoError('integrity', 'no server has been met')
    return { provider, logKey: pin.logKey }
  },
})
