import { type Import, importsOf } from './imports.ts'
import type { Source } from './sources.ts'

/**
 * The arrows of ARCHITECTURE.md. A zone is a folder; `*` is any one folder, and each such folder is a zone of its own.
 * What a zone imports beyond itself stands here, or is refused.
 */
interface Zone {
  readonly folder: string
  /** Folders of the same package. */
  readonly inside?: readonly string[]
  /** Entrances of our packages, exactly. */
  readonly packages?: readonly string[]
  /** Of others; `node:*` is all of Node. */
  readonly others?: readonly string[]
}

const serverServices = [
  'packages/server/src/delivery',
  'packages/server/src/authentication',
  'packages/server/src/directory',
]
/** What every lane takes from a request before anybody looks at what is asked. */
const serverRequests = [
  'packages/server/src/http/address.ts',
  'packages/server/src/http/edge.ts',
  'packages/server/src/http/target.ts',
]
/** Interfaces and values that every part of the server may know. */
const serverCommons = [
  'packages/server/src/bus',
  'packages/server/src/logging',
  'packages/server/src/quota',
  'packages/server/src',
]

/** The first that fits holds, so what is narrower stands first. */
export const zones: readonly Zone[] = [
  { folder: 'packages/mls/src', others: ['@noble/*'] },
  { folder: 'packages/mls/provider', inside: ['packages/mls/src'], others: ['@noble/*', 'node:*'] },
  { folder: 'packages/protocol/src', others: ['@noble/hashes/*', 'cborg'] },
  { folder: 'packages/trust/src', packages: ['@sotto/mls', '@sotto/mls/public', '@sotto/protocol'] },

  {
    folder: 'packages/client/src',
    packages: ['@sotto/mls', '@sotto/protocol', '@sotto/trust'],
    others: ['@noble/*'],
  },
  {
    folder: 'packages/client/adapters/net',
    inside: ['packages/client/src/ports', 'packages/client/src/index.ts'],
    packages: ['@sotto/protocol'],
    others: ['@serenity-kit/opaque', 'jose', 'ws'],
  },
  {
    folder: 'packages/client/adapters/node',
    inside: ['packages/client/src', 'packages/client/adapters/net'],
    packages: ['@sotto/mls/provider/node', '@sotto/protocol', '@sotto/trust'],
    others: ['node:*', 'ws'],
  },
  {
    folder: 'packages/client/adapters/web',
    inside: ['packages/client/src', 'packages/client/adapters/net'],
    packages: ['@sotto/mls/provider/web', '@sotto/mls/provider/js', '@sotto/protocol', '@sotto/trust'],
    others: ['@serenity-kit/opaque'],
  },

  // A lane of its own: it has no part in groups, and the client none in it.
  { folder: 'packages/lane/src', packages: ['@sotto/protocol'] },
  {
    folder: 'packages/lane/adapters/net',
    inside: ['packages/lane/src'],
    packages: ['@sotto/protocol'],
    others: ['jose', 'socket.io-client'],
  },
  {
    folder: 'packages/lane/adapters/node',
    inside: ['packages/lane/src'],
    packages: ['@sotto/protocol'],
    others: ['node:*'],
  },

  // A stranger's client: it has nothing of Sotto's, or it would share its mistakes.
  {
    folder: 'packages/conformance/src',
    others: ['node:assert', 'node:crypto', 'node:timers/promises', 'jose', 'socket.io-client'],
  },

  // The edge never queries; a service never knows HTTP or SQL.
  ...['packages/server/src/http', 'packages/server/src/live'].map((folder) => ({
    folder,
    inside: [...serverServices, ...serverRequests, ...serverCommons],
    packages: ['@sotto/protocol', '@sotto/trust'],
    others: ['node:*', 'fastify', '@fastify/*', 'ws'],
  })),
  ...serverServices.map((folder) => ({
    folder,
    inside: [...serverServices, ...serverCommons],
    packages: ['@sotto/mls/public', '@sotto/protocol', '@sotto/trust'],
    others: ['node:crypto', '@serenity-kit/opaque', 'rate-limiter-flexible'],
  })),
  {
    folder: 'packages/server/src/open',
    inside: [
      'packages/server/src/open',
      'packages/server/src/authentication',
      ...serverRequests,
      ...serverCommons,
    ],
    packages: ['@sotto/protocol'],
    others: ['node:*', 'fastify', 'jose', 'socket.io', '@noble/hashes/argon2.js'],
  },
  // The commands of whoever hosts it: a door of its own to services that know nothing of it.
  {
    folder: 'packages/server/src/control',
    inside: ['packages/server/src/authentication', ...serverCommons],
    packages: ['@sotto/protocol', '@sotto/trust'],
    others: ['node:*'],
  },
  {
    folder: 'packages/server/src/store',
    inside: [...serverServices, 'packages/server/src/control', 'packages/server/src/open', ...serverCommons],
    // The public tree of a room is stored in its parts.
    packages: ['@sotto/mls/public', '@sotto/protocol', '@sotto/trust'],
    others: ['node:*', 'kysely', 'kysely/migration'],
  },
  // Of both lanes, which know nothing of each other: it knows neither.
  { folder: 'packages/server/src/quota', inside: ['packages/server/src'], packages: ['@sotto/protocol'] },
  {
    folder: 'packages/server/src/bus',
    inside: ['packages/server/src'],
    packages: ['@sotto/protocol'],
    others: ['node:*'],
  },
  {
    folder: 'packages/server/src/logging',
    inside: ['packages/server/src'],
    packages: ['@sotto/protocol'],
    others: ['node:*', 'pino'],
  },
  {
    folder: 'packages/server/src',
    inside: ['packages/server/src'],
    packages: ['@sotto/mls/public', '@sotto/mls/provider/node', '@sotto/protocol', '@sotto/trust'],
    others: ['node:*', 'pino', 'ws', 'fastify'],
  },

  {
    folder: 'packages/web/src/features/*',
    inside: [
      'packages/web/src/client',
      'packages/web/src/registry',
      'packages/web/src/ui',
      'packages/web/src/messages',
    ],
    packages: ['@sotto/client'],
    others: ['react', 'react-dom', '@base-ui/*', 'use-intl', 'virtua', 'wouter', 'zustand'],
  },
  { folder: 'packages/web/src/ui', others: ['react', '@base-ui/*', 'uqr', 'use-intl', 'wouter'] },
  {
    folder: 'packages/web/src/client',
    inside: ['packages/web/src/ui', 'packages/web/src/messages'],
    packages: ['@sotto/client', '@sotto/client/web'],
    others: ['react', 'react-dom', 'use-intl', 'zustand'],
  },
  {
    folder: 'packages/web/src/registry',
    inside: ['packages/web/src/client', 'packages/web/src/ui', 'packages/web/src/messages'],
    packages: ['@sotto/client'],
    others: ['react', 'use-intl'],
  },
  { folder: 'packages/web/src/messages', packages: ['@sotto/client'] },
  {
    folder: 'packages/web/src/bootstrap',
    inside: ['packages/web/src/app', 'packages/web/src/client', 'packages/web/src/messages'],
    packages: [
      '@sotto/client',
      '@sotto/client/web',
      '@sotto/client/web/client-worker',
      '@sotto/client/web/opaque-worker',
    ],
    others: ['react', 'react-dom', 'use-intl', 'zustand'],
  },
  {
    folder: 'packages/web/src',
    inside: ['packages/web/src'],
    packages: ['@sotto/client', '@sotto/client/web'],
    others: ['react', 'react-dom', '@base-ui/*', 'use-intl', 'wouter', 'zustand'],
  },

  // A page of the gateway: it runs in a browser, and has nothing of ours but what old pages have.
  { folder: 'packages/cli/src/gateway/page/browser', others: ['socket.io-client'] },
  {
    folder: 'packages/cli/src/gateway',
    inside: ['packages/cli/src', 'packages/cli/src/gateway'],
    packages: ['@sotto/client', '@sotto/lane'],
    others: ['node:*', 'socket.io'],
  },
  // Asks the server of this machine, or opens its data where none runs.
  {
    folder: 'packages/cli/src/host',
    inside: ['packages/cli/src'],
    packages: ['@sotto/client', '@sotto/server/control'],
    others: ['node:*', 'commander', '@clack/prompts'],
  },
  {
    folder: 'packages/cli/src/commands/serve.ts',
    inside: ['packages/cli/src', 'packages/cli/src/host'],
    packages: ['@sotto/client', '@sotto/client/node', '@sotto/server'],
    others: ['node:*', 'commander', '@clack/prompts'],
  },
  {
    folder: 'packages/cli/src',
    inside: ['packages/cli/src'],
    packages: [
      '@sotto/client',
      '@sotto/client/node',
      '@sotto/conformance',
      '@sotto/lane',
      '@sotto/lane/node',
    ],
    others: ['node:*', 'commander', '@clack/prompts', 'uqr'],
  },
]

/** The folder of the zone that a file is in, with the name of its own folder for `*`. */
const placeOf = (path: string, { folder }: Zone): string | undefined => {
  const parts = folder.split('/')
  const own = path.split('/').slice(0, parts.length)
  const fits = parts.every((part, at) => part === own[at] || (part === '*' && own.length > at))
  // A file that lies directly in `features` is no feature.
  return fits && (own.join('/') !== path || folder === path) ? own.join('/') : undefined
}

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** A folder stands for its own files alone where zones of their own are cut out of it. */
const isOpen = (file: string, folder: string): boolean => {
  if (!isUnder(file, folder)) return false
  const narrower = zones.some(
    (zone) => zone.folder.startsWith(`${folder}/`) && placeOf(file, zone) !== undefined,
  )
  return !narrower
}

const matches = (specifier: string, pattern: string): boolean =>
  pattern.endsWith('*') ? specifier.startsWith(pattern.slice(0, -1)) : specifier === pattern

const isPartOf = (specifier: string, name: string): boolean =>
  matches(specifier, name) || specifier.startsWith(`${name}/`)

const isAllowed = (zone: Zone, place: string, { specifier, file }: Import): boolean => {
  if (file !== undefined) {
    if (isOpen(file, place) || (isUnder(file, place) && zone.inside?.includes(zone.folder))) return true
    return (zone.inside ?? []).some((folder) => isOpen(file, folder))
  }
  if (specifier.startsWith('@sotto/')) return zone.packages?.includes(specifier) ?? false
  return (zone.others ?? []).some((pattern) => isPartOf(specifier, pattern))
}

/** Every import that no arrow allows, in words. A file in no zone may import nothing. */
export const forbiddenImports = (sources: readonly Source[]): readonly string[] =>
  sources.flatMap((source) => {
    const zone = zones.find((candidate) => placeOf(source.path, candidate) !== undefined)
    const place = zone && placeOf(source.path, zone)
    return importsOf(source)
      .filter((one) => !zone || !place || !isAllowed(zone, place, one))
      .map(({ specifier }) => `${source.path} imports ${specifier}`)
  })
