import type { FastifyRequest } from 'fastify'
import type { Sessions } from '../../../authentication/sessions.ts'
import type { RequestBudget } from '../../../budget/requests.ts'
import { accountKey, userKey, type WorkBudget } from '../../../budget/work.ts'
import type { ServerLimits } from '../../../configuration.ts'
import { addressKey } from '../../../http/address.ts'
import type { Edge } from '../../../http/edge.ts'
import type { EventLog } from '../../../logging/eventLog.ts'
import { countedAs } from '../../accounts/owner.ts'
import { needScope, type OpenSessions } from '../../accounts/sessions.ts'
import { refuse } from '../../failure.ts'
import type { OpenRoute } from '../answers.ts'
import { tokenOf } from '../claim.ts'

export interface AskerDependencies {
  readonly sessions: Pick<OpenSessions, 'authenticate'>
  /** Of the other lane: what a person’s own client has. */
  readonly personSessions: Pick<Sessions, 'authenticate'>
  readonly memory: Pick<RequestBudget, 'admit'>
  readonly work: WorkBudget
  readonly edge: Pick<Edge, 'isSecure'>
  readonly limits: Pick<ServerLimits, 'openListedBytesMax'>
  readonly log: EventLog
}

/** What a call costs, in microseconds of one core; passwords have turns of their own. */
const requestUs = 1000
/** To find out what belongs into a list; what is answered is counted by itself. */
const listUs = 3000
/** Whoever has no session hands in a password, which is stretched: on a small machine that is felt by everybody. */
const passwordUs = 40_000

/** Whose work it is, for budgets and for whoever hosts the server. */
interface Account {
  readonly key: string
  readonly counted: Uint8Array
}

/** Who asks, as the operation needs it, and whose account pays. */
export interface Asker {
  readonly caller: unknown
  readonly account: Account | null
}

export const nobody: Asker = { caller: null, account: null }

const isList = ({ output, query }: OpenRoute['operation']): boolean =>
  output['type'] === 'array' || query.includes('format')

/** The account pays for the call before anything is done. */
const admit = (
  { operation }: OpenRoute,
  request: FastifyRequest,
  { key, counted }: Account,
  { memory, work, limits, log }: AskerDependencies,
): void => {
  const address = addressKey(request.ip)
  const workUs = isList(operation) ? listUs : requestUs
  log.count({ account: counted }, { requests: 1, workUs })
  log.count({ address }, { workUs })
  memory.admit(request, key, limits.openListedBytesMax)
  work.takeForAccount(key, workUs, address)
}

/** What an answer has cost is known when it is made. */
export const owe = (
  request: FastifyRequest,
  { key, counted }: Account,
  workUs: number,
  { work, log }: Pick<AskerDependencies, 'work' | 'log'>,
): void => {
  const address = addressKey(request.ip)
  log.count({ account: counted, address }, { workUs })
  work.owe(key, workUs, address)
}

/** Finds out who asks, and whether an operation is for him. @throws SottoError, OpenRefusal where it is not */
export const whoAsks = async (
  route: OpenRoute,
  request: FastifyRequest,
  dependencies: AskerDependencies,
): Promise<Asker> => {
  const { sessions, personSessions, work, edge, log } = dependencies
  const { access } = route.operation
  switch (access.kind) {
    case 'anyone': {
      const address = addressKey(request.ip)
      log.count({ address }, { workUs: requestUs + passwordUs })
      work.takeForAddress(address, requestUs, passwordUs)
      return nobody
    }
    case 'lane': {
      const caller = await sessions.authenticate(tokenOf(request.headers, edge.isSecure(request.raw)))
      needScope(caller, access.scope)
      const account = { key: userKey(caller.user.id), counted: countedAs(caller.user) }
      admit(route, request, account, dependencies)
      return { caller, account }
    }
    case 'person': {
      const caller = await personSessions.authenticate(tokenOf(request.headers, edge.isSecure(request.raw)))
      // A password alone makes no tokens: they would outlive a password that is changed.
      if (caller.device === null) return refuse('SCOPE_MISSING')
      const account = { key: accountKey(caller.account), counted: caller.account }
      admit(route, request, account, dependencies)
      return { caller, account }
    }
  }
}
