/** A server in a process of its own, for tests that kill it: tells its address and goes on until then. */
import { startServer } from '@sotto/server'

const [dataDirectory = ''] = process.argv.slice(2)
const unlimited = 1_000_000
const server = await startServer({
  port: 0,
  host: '127.0.0.1',
  dataDirectory,
  webDirectory: null,
  logLevel: 'silent',
  limits: {
    messagesPerSecond: unlimited,
    messageBurst: unlimited,
    requestsPerSecondPerAddress: unlimited,
    workUsPerSecondPerAccount: unlimited,
    workUsPerSecondPerAddress: unlimited,
    registrationsPerAddressPerHour: unlimited,
  },
})
process.send?.(server.url)
