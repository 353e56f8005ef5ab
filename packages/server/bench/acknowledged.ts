/**
 * Durable, ordered, acknowledged messages per second: 50 senders in 50 rooms over the live lane, beside the same
 * server with a log that keeps nothing, in one run.
 *
 *     node packages/server/bench/acknowledged.ts [senders] [messages] [window] [rounds]
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble } from '../src/assemble.ts'
import { makeOpaqueSetup } from '../src/authentication/opaque.ts'
import { type ServerConfig, systemClock } from '../src/configuration.ts'
import { openData } from '../src/data/openData.ts'
import type { Store } from '../src/store/openStore.ts'

const [senders = '50', messages = '200', window = '1', rounds = '3'] = process.argv.slice(2)

/** Rooms are created as ever; of messages nothing is looked up and nothing kept. */
const withoutLog = (store: Store): Store => ({
  ...store,
  delivery: {
    ...store.delivery,
    append: async (batch) => {
      const changes = batch.filter(({ change }) => change !== null)
      if (changes.length > 0) await store.delivery.append(changes)
    },
    message: async () => undefined,
    lastCounter: async () => undefined,
  },
})

const measure = async (change: (store: Store) => Store): Promise<number> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
  const setup = await makeOpaqueSetup()
  const data = await openData({
    directory: dataDirectory,
    bytesMax: undefined,
    isAccepted: false,
    clock: systemClock,
    makeOpaqueSetup: () => setup,
  })
  const unlimited = 1_000_000_000
  const config: ServerConfig = {
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
      framesPerSecond: unlimited,
      frameBurst: unlimited,
      registrationsPerAddressPerHour: unlimited,
    },
  }
  const server = await assemble(config, { ...data, store: change(data.store) })
  try {
    return await new Promise((resolve, reject) => {
      const child = fork(join(import.meta.dirname, 'senders.ts'), [server.url, senders, messages, window])
      child.on('message', (result) => resolve((result as { perSecond: number }).perSecond))
      child.on('exit', (code) => reject(new Error(`the senders ended with ${code}`)))
    })
  } finally {
    await server.close()
    rmSync(dataDirectory, { recursive: true })
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number

const durable: number[] = []
const ceiling: number[] = []
for (let round = 0; round < Number(rounds); round++) {
  ceiling.push(await measure(withoutLog))
  durable.push(await measure((store) => store))
  console.log(
    `round ${round + 1}: ${Math.round(durable.at(-1) ?? 0)}/s durable, ${Math.round(ceiling.at(-1) ?? 0)}/s without a log`,
  )
}
console.log(
  `${senders} senders, ${senders} rooms, ${window} in flight each: ${Math.round(median(durable))}/s durable and ` +
    `acknowledged, ${Math.round(median(ceiling))}/s without a log, ratio ${(median(durable) / median(ceiling)).toFixed(2)} (goal 0.6)`,
)
