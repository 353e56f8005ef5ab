// With this query, Vite's answer to an import is the address of the built file.
// oxlint-disable import/default
import clientWorker from '@sotto/client/web/client-worker?worker&url'
import opaqueWorker from '@sotto/client/web/opaque-worker?worker&url'
// oxlint-enable import/default

const addresses: ReadonlySet<string> = new Set([clientWorker, opaqueWorker])

interface Policy {
  createScriptURL(address: string): string
}

const onlyOurs = (address: string): string => {
  if (!addresses.has(address)) throw new TypeError('a worker that is not ours')
  return address
}

const rules: Policy = { createScriptURL: onlyOurs }
const { trustedTypes } = globalThis as {
  readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy }
}

/**
 * The only policy the page may make: an address is a script when it is that of one of the two workers. Where a
 * browser knows no Trusted Types, the same check is made without them.
 */
const policy = trustedTypes?.createPolicy('sotto', rules) ?? rules

const start = (address: string, name: string): Worker =>
  new Worker(policy.createScriptURL(address), { type: 'module', name })

export const createClientWorker = (): Worker => start(clientWorker, 'sotto-client')

export const createOpaqueWorker = (): Worker => start(opaqueWorker, 'sotto-opaque')

/** An address that never changes what it stands for is fetched once: a worker finds it in the cache. */
const load = async (address: string): Promise<void> => {
  const answer = await fetch(address, { credentials: 'same-origin' })
  if (!answer.ok) throw new Error('the file of a worker is not there')
  await answer.arrayBuffer()
}

export const loadClientWorker = (): Promise<void> => load(clientWorker)

export const loadOpaqueWorker = (): Promise<void> => load(opaqueWorker)
