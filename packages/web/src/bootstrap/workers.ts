// With this query, Vite's answer to an import is the address of the built file.
// oxlint-disable import/default
import clientWorker from '@sotto/client/web/client-worker?worker&url'
import opaqueWorker from '@sotto/client/web/opaque-worker?worker&url'
// oxlint-enable import/default

/** What may be started: files of a development server, whose content changes, and in a build what was checked. */
const startable = new Set<string>(import.meta.env.DEV ? [clientWorker, opaqueWorker] : [])

interface Policy {
  createScriptURL(address: string): string
}

const onlyOurs = (address: string): string => {
  if (!startable.has(address)) throw new TypeError('a worker that is not ours')
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

/** The hash of a worker's file, as the page names it. */
const integrityOf = (address: string): string => {
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[integrity]')]
  const link = links.find((one) => one.getAttribute('href') === address)
  if (!link) throw new Error('the page has no hash of a worker')
  return link.integrity
}

/** The file of a worker, from the cache where it is there. Rejects where it is not the one that was built. */
const load = async (address: string): Promise<Blob> => {
  const integrity = import.meta.env.DEV ? '' : integrityOf(address)
  const answer = await fetch(address, { credentials: 'same-origin', integrity })
  if (!answer.ok) throw new Error('the file of a worker is not there')
  return new Blob([await answer.arrayBuffer()], { type: 'text/javascript' })
}

/**
 * Starts what was checked, and nothing that is fetched anew: browsers check no hash of a worker's file. The name stands in
 * the address for whoever inspects the page.
 */
const startChecked = async (file: string, name: string): Promise<Worker> => {
  if (import.meta.env.DEV) return start(file, name)
  const blob = URL.createObjectURL(await load(file))
  const address = `${blob}#${name}`
  startable.add(address)
  const worker = start(address, name)
  const forget = (): void => {
    startable.delete(address)
    URL.revokeObjectURL(blob)
  }
  for (const event of ['message', 'error']) worker.addEventListener(event, forget, { once: true })
  return worker
}

export const createClientWorker = (): Promise<Worker> => startChecked(clientWorker, 'client-worker')

export const createOpaqueWorker = (): Promise<Worker> => startChecked(opaqueWorker, 'opaque-worker')

export const loadClientWorker = async (): Promise<void> => void (await load(clientWorker))

export const loadOpaqueWorker = async (): Promise<void> => void (await load(opaqueWorker))
