import type { Peer } from './peer.ts'

/** Every engine in the bench by its name on the command line. */
export const peers = {
  sotto: async () => (await import('./sotto.ts')).sotto('suite 1'),
  'sotto-hybrid': async () => (await import('./sotto.ts')).sotto('hybrid'),
  'ts-mls': async () => (await import('./tsMls.ts')).tsMls(),
  'core-crypto': async () => (await import('./coreCrypto.ts')).coreCrypto(),
} as const satisfies Readonly<Record<string, () => Promise<Peer>>>

export type PeerName = keyof typeof peers
export const peerNames = Object.keys(peers) as readonly PeerName[]
