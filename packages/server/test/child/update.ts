/** A server in a process of its own on data of an earlier version, for tests that kill it: tells when their update begins. */
import { startServer } from '@sotto/server'

const [dataDirectory = ''] = process.argv.slice(2)
await startServer({
  port: 0,
  host: '127.0.0.1',
  dataDirectory,
  webDirectory: null,
  logLevel: 'silent',
  tellUpdate: ({ kind }) => process.send?.(kind),
})
process.send?.('started')
