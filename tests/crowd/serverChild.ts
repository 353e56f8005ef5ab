/** A server in a process of its own, with the limits of the product: tells its address, and ends with its parent. */
import { startServer } from '@sotto/server'

const [dataDirectory = ''] = process.argv.slice(2)
const server = await startServer({ port: 0, dataDirectory, webDirectory: null, logLevel: 'error' })
process.send?.(server.url)
process.on('disconnect', () => process.exit())
process.on('message', () => void server.close().then(() => process.exit()))
