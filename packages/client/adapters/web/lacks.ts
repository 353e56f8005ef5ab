import { type Lack, unsupported } from '../../src/ports/lack.ts'

/** Whether each is there, as far as that is seen before it is used. */
const needs = {
  secure_context: () => isSecureContext,
  cryptography: () => typeof crypto === 'object' && typeof crypto.subtle === 'object',
  web_assembly: () => typeof WebAssembly === 'object' && typeof WebAssembly.compile === 'function',
  workers: () => typeof Worker === 'function' && typeof MessageChannel === 'function',
  web_locks: () => typeof navigator.locks === 'object',
  broadcast_channel: () => typeof BroadcastChannel === 'function',
  indexed_db: () => typeof indexedDB === 'object' && indexedDB !== null,
} as const satisfies Partial<Record<Lack, () => boolean>>

/** A getter may throw where the settings of a browser forbid what it stands for. */
const isThere = (has: () => boolean): boolean => {
  try {
    return has()
  } catch {
    return false
  }
}

/** Whether the browser computes with the one algorithm that has no second implementation: keys that it does not hand out. */
const sealsWithKeys = async (): Promise<boolean> => {
  try {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ])
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new Uint8Array(1))
    return (await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)).byteLength === 1
  } catch {
    return false
  }
}

/** What this browser lacks; empty where Sotto can start. */
export const lacksOfBrowser = async (): Promise<readonly Lack[]> => {
  const missing: readonly Lack[] = (Object.keys(needs) as (keyof typeof needs)[]).filter(
    (name) => !isThere(needs[name]),
  )
  if (missing.length > 0) return missing
  return (await sealsWithKeys()) ? [] : ['cryptography']
}

/** How browsers say that a page may not store anything: by their settings, or in some private windows. */
const denials: ReadonlySet<string> = new Set([
  'SecurityError',
  'NotAllowedError',
  'InvalidStateError',
  // A database that takes no keys which the browser does not hand out.
  'DataCloneError',
])

/** A denial as a failure of ours; anything else stays what it is. */
export const denialOf = (error: unknown): unknown =>
  error instanceof DOMException && denials.has(error.name) ? unsupported(['storage_denied']) : error
