import type { Client } from '../../src/index.ts'

/**
 * What the page lends: the two workers, because only the page knows under which addresses its build has put them and
 * which Trusted Types policy names these. Sources: `@sotto/client/web/client-worker` and
 * `@sotto/client/web/opaque-worker`, both as module workers.
 */
export interface WebClientOptions {
  /** The worker that runs the client; called in the one tab that leads, and again when it takes over. */
  readonly createWorker: () => Worker
  /** The worker that computes OPAQUE, the only place that needs WebAssembly; called for each password, then ended. */
  readonly createOpaqueWorker: () => Worker
  /** Origin of the server. Default: that of the page. */
  readonly server?: string
  /** Name of the profile's storage in this browser. Default: `sotto`. */
  readonly profile?: string
}

export declare const openWebClient: (options: WebClientOptions) => Promise<Client>
