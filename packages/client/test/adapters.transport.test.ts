import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { nodeProvider } from '@sotto/mls/provider/node'
import { fromHex, operations } from '@sotto/protocol'
import { netTransport } from '../adapters/net/index.ts'
import { joseLibrary } from '../adapters/net/jose.ts'
import { opaqueProtocol } from '../adapters/net/opaque.ts'
import { timerScheduler } from '../adapters/net/timerScheduler.ts'
import { openFileKeychain } from '../adapters/node/fileKeychain.ts'
import { meansOf } from '../adapters/node/keys/means.ts'
import { openSqliteStore } from '../adapters/node/sqliteStore.ts'
import { openClient, sealedStore, type Transport } from '../src/index.ts'
import { transportContract, type TransportPlace } from './contracts/transport.ts'
import { type ServerProcess, startServerProcess } from './web/serverProcess.ts'

/** Registers an account on the server; its session, and its id. */
const session = async (
  server: string,
  directory: string,
): Promise<{ token: string; account: Uint8Array }> => {
  const net = netTransport({ server })
  let token = ''
  const transport: Transport = {
    ...net,
    call: async (op, input, used) => {
      const output = await net.call(op, input, used)
      if (op.name === operations.registerFinish.name) ({ token } = output)
      return output
    },
  }
  const keychain = openFileKeychain(join(directory, 'keys'), meansOf({ place: 'file' }))
  const client = await openClient({
    server,
    store: sealedStore(await openSqliteStore(join(directory, 'store')), keychain),
    keychain,
    transport,
    scheduler: timerScheduler,
    jose: joseLibrary,
    provider: nodeProvider(),
    password: opaqueProtocol,
    deviceKind: 'cli',
  })
  await client.register({ name: 'alice', password: 'correct horse battery' })
  const { account } = client.state()
  await client.close()
  if (account.kind === 'none') throw new Error('no account')
  return { token, account: fromHex(account.account, 32) }
}

describe.each(['websocket', 'poll'] as const)('the way over %s keeps the contract of transports', (route) => {
  let directory = ''
  let process: ServerProcess
  let place: TransportPlace
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sotto-transport-'))
    process = await startServerProcess()
    const server = `http://localhost:${process.port}`
    place = {
      transport: netTransport({ server, route }),
      unreachable: netTransport({ server: 'http://localhost:9', route }),
      ...(await session(server, directory)),
    }
  })
  afterAll(async () => {
    await process?.end()
    rmSync(directory, { recursive: true, force: true })
  })

  for (const { title, run } of transportContract) it(title, () => run(place))
})
