import { limits, type Operation, type OperationName, operations } from '@sotto/protocol'

/** What an operation costs before anybody has looked at it closely. */
export interface OperationCost {
  /** Microseconds of one core. */
  readonly baseUs: number
  readonly perBodyByteUs?: number
  /** What its answer may hold in memory; left out where that is less than any request costs. */
  readonly answerBytes?: number
}

const kiB = 1024
const miB = 1024 * kiB

/** Estimates, measured once: good for rationing, not for billing. One reads rows, ten sign, a hundred verify. */
const costs: Readonly<Record<OperationName, OperationCost>> = {
  readRegistration: { baseUs: 50 },
  registerStart: { baseUs: 1000 },
  registerFinish: { baseUs: 5000 },
  loginStart: { baseUs: 1500 },
  loginStartOfDevice: { baseUs: 2000 },
  loginFinish: { baseUs: 3000 },
  logout: { baseUs: 500 },
  readSession: { baseUs: 100 },
  proveSession: { baseUs: 300 },

  readServer: { baseUs: 50 },
  proveServer: { baseUs: 300 },
  lookUpAccount: { baseUs: 200 },
  readChain: { baseUs: 500, answerBytes: 256 * kiB },
  readChains: {
    baseUs: 500,
    perBodyByteUs: 3,
    answerBytes: limits.chainsPerAnswerBytesMax + limits.chainEndsPerAnswerMax * 128,
  },
  readChainEnds: { baseUs: 200, perBodyByteUs: 1 },
  appendLink: { baseUs: 4000 },
  handBackLinks: { baseUs: 2000, perBodyByteUs: 3 },
  publishKeyPackages: { baseUs: 1000, perBodyByteUs: 1 },
  countKeyPackages: { baseUs: 200 },
  claimKeyPackages: { baseUs: 2000, answerBytes: limits.devicesPerAccountMax * limits.keyPackageBytesMax },
  listBlocks: { baseUs: 300, answerBytes: 34 * limits.blockedAccountsMax },
  setBlock: { baseUs: 1000 },
  readVaultSlot: { baseUs: 200, answerBytes: limits.vaultSlotBytesMax },
  writeVaultSlot: { baseUs: 1000 },
  createAccessToken: { baseUs: 500 },
  listAccessTokens: { baseUs: 300 },
  revokeAccessToken: { baseUs: 500 },

  createRoom: { baseUs: 10_000, perBodyByteUs: 0.1 },
  listRooms: { baseUs: 3000, answerBytes: 512 * kiB },
  submitMessage: { baseUs: 500 },
  submitNack: { baseUs: 1000 },
  readLog: { baseUs: 3000, answerBytes: limits.logPageBytesMax },
  healRoom: { baseUs: 10_000, perBodyByteUs: 0.1 },
  readTree: { baseUs: 2000, answerBytes: 6 * miB },
  readGroupInfo: { baseUs: 500, answerBytes: limits.groupInfoBytesMax },
  readMeta: { baseUs: 300, answerBytes: limits.metaBytesMax },
  readInvited: { baseUs: 500, answerBytes: 18 * limits.leavesPerRoomMax },
  writeForkTag: { baseUs: 500 },
  listWelcomes: { baseUs: 1000, answerBytes: 6 * miB },
  settleWelcome: { baseUs: 500 },
  readOpenRoom: { baseUs: 300 },
  setOpenRoom: { baseUs: 1000 },
  askToJoin: { baseUs: 1000 },
  readAskers: { baseUs: 500 },
  listPeople: { baseUs: 500 },
  publishHook: { baseUs: 1000 },
  handToHook: { baseUs: 1000 },
  poll: { baseUs: 1000 },
}

// oxlint-disable-next-line typescript/no-explicit-any -- operations of every input and output
type AnyOperation = Operation<any, any, any>

const byOperation = new Map<AnyOperation, OperationCost>(
  Object.entries(operations).map(([name, operation]) => [operation, costs[name as OperationName]]),
)

export const costOf = (operation: AnyOperation): OperationCost =>
  byOperation.get(operation) ?? { baseUs: 1000 }

export const workUsOf = ({ baseUs, perBodyByteUs = 0 }: OperationCost, bodyBytes: number): number =>
  Math.ceil(baseUs + perBodyByteUs * bodyBytes)
