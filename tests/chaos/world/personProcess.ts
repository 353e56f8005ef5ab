/**
 * A person's device as a process of its own: the client of a profile on disk, commanded over the channel to the
 * harness. What the harness hears is what the person sees.
 */
import { randomBytes } from 'node:crypto'
import { type Channel, serveClient, SottoError } from '@sotto/client'
import { openNodeClient } from '@sotto/client/node'

const [profile = '', server = ''] = process.argv.slice(2)

const channel: Channel = {
  post: (message) => process.send?.(message),
  listen: (listener) => {
    process.on('message', listener)
    return () => process.off('message', listener)
  },
}

// The harness is gone: nobody looks any more.
process.on('disconnect', () => process.exit(0))

try {
  const client = await openNodeClient({ profile, server })
  process.on('SIGTERM', () => void client.close().then(() => process.exit(0)))
  serveClient(client, channel, randomBytes(16).toString('hex'))
} catch (error) {
  const { code, message } = error instanceof SottoError ? error : { code: 'internal', message: String(error) }
  process.send?.({ kind: 'refused', code, message })
  process.disconnect()
}
