import { existsSync } from 'node:fs'
import { SottoError } from '@sotto/protocol'
import { makeOpaqueSetup } from './authentication/opaque.ts'
import { makeInvites } from './authentication/invites.ts'
import { type Clock, limitsOf, type ServerLimits, systemClock } from './configuration.ts'
import type { Action, Answers, Verb } from './control/actions.ts'
import { type Administration, makeAdministration } from './control/administration.ts'
import { askServer } from './control/ask.ts'
import { lockData } from './data/dataLock.ts'
import { keepData } from './data/keeper.ts'
import { openData } from './data/openData.ts'
import { databasePath } from './data/parts.ts'
import type { UpdateNews } from './data/update.ts'
import { dataProblem } from './data/problem.ts'
import { readPublicUrl } from './http/publicUrl.ts'
import { type EventLog, makeEventLog } from './logging/eventLog.ts'
import { makeDepartures } from './open/accounts/departures.ts'
import { processHints } from './open/hints.ts'
import type { Store } from './store/openStore.ts'

export type { Action, Answers } from './control/actions.ts'
export type { UpdateNews } from './data/update.ts'

export interface AdministerOptions {
  readonly dataDirectory: string
  /** Where people open the server; a server that runs knows better. */
  readonly publicUrl: string | null
  /** Hears of data of an earlier version, as they are copied and updated. */
  readonly tellUpdate?: (news: UpdateNews) => void
}

interface Surroundings {
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
  readonly publicUrl: string | null
}

const administrationOf = (store: Store, { clock, limits, log, publicUrl }: Surroundings): Administration => {
  const { leave } = makeDepartures({ store: store.open, hints: processHints() })
  return makeAdministration({
    store: store.admin,
    invites: makeInvites({ store: store.invites, clock, limits }),
    registration: null,
    publicUrl,
    connected: { end: () => {}, leave },
    tallies: null,
    limits,
    clock,
    log,
  })
}

/** The data without a server: opened, kept and closed as a server does. */
async function* onData(
  { dataDirectory: directory, publicUrl, tellUpdate }: AdministerOptions,
  action: Action,
): AsyncIterable<Answers[Verb]> {
  const limits = limitsOf({ port: 0, dataDirectory: directory, webDirectory: null })
  const clock = systemClock
  const setup = await makeOpaqueSetup()
  const data = await openData({
    directory,
    bytesMax: undefined,
    isAccepted: false,
    clock,
    makeOpaqueSetup: () => setup,
    ...(tellUpdate ? { tellUpdate } : {}),
  })
  const { store, secrets, identity } = data
  try {
    const destination = { write: () => {} }
    const log = makeEventLog({ level: 'silent', destination, idKey: secrets.logIdKey, clock })
    const keeper = await keepData({ directory, store: store.kept, clock, limits, log }, identity)
    try {
      yield* administrationOf(store, { clock, limits, log, publicUrl }).perform(action)
    } finally {
      await keeper.end()
    }
  } finally {
    await store.close()
  }
}

async function* withoutServer(options: AdministerOptions, action: Action): AsyncIterable<Answers[Verb]> {
  const { dataDirectory } = options
  if (!existsSync(databasePath(dataDirectory)))
    throw new SottoError(
      'not_found',
      `${dataDirectory} has no data of a server: start it once, or name the directory with --data DIR (SOTTO_DATA)`,
    )
  try {
    const lock = lockData(dataDirectory)
    try {
      yield* onData(options, action)
    } finally {
      lock.release()
    }
  } catch (error) {
    throw dataProblem(error, dataDirectory)
  }
}

/**
 * Does one thing for whoever runs the server, on its machine: by the server that has the data or, where none runs, on the
 * data themselves. It is the same service either way.
 *
 * @throws SottoError as the services say; `bad_request` for a `publicUrl` that means nothing, `not_found` where there are no
 *   data, `forbidden` for another user, `unavailable` where the data are in use by a server that cannot be asked, or do not
 *   belong together
 */
export async function* administer<A extends Action>(
  options: AdministerOptions,
  action: A,
): AsyncIterable<Answers[A['do']]> {
  // Before anything is made that would be told with it.
  if (options.publicUrl !== null) readPublicUrl(options.publicUrl)
  const asked = await askServer(options.dataDirectory, action)
  // The border: an answer is of the kind of its action.
  yield* (asked ?? withoutServer(options, action)) as AsyncIterable<Answers[A['do']]>
}
