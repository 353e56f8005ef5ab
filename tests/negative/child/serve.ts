import { startServer } from '@sotto/server'

/** A server in a process of its own, so that all of its memory can be looked through. Says where it listens. */
const [, , dataDirectory] = process.argv as [string, string, string]
const { url } = await startServer({
  port: 0,
  dataDirectory,
  webDirectory: null,
  logLevel: 'trace',
  // So little that something goes wrong while a secret is under way.
  databaseBytesMax: 1_200_000,
  limits: { messagesPerSecond: 1000, messageBurst: 1000, diskReserveBytes: 0 },
})
process.stdout.write(`${url}\n`)
