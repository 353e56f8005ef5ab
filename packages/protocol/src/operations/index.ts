import * as accessTokens from './accessTokens.ts'
import * as authentication from './authentication.ts'
import * as directory from './directory.ts'
import * as hooks from './hooks.ts'
import * as openRoom from './openRoom.ts'
import * as rooms from './rooms.ts'

/** Every operation that a server answers, by its short name in the program. */
export const operations = {
  readRegistration: authentication.readRegistration,
  registerStart: authentication.registerStart,
  registerFinish: authentication.registerFinish,
  loginStart: authentication.loginStart,
  loginStartOfDevice: authentication.loginStartOfDevice,
  loginFinish: authentication.loginFinish,
  logout: authentication.logout,
  readSession: authentication.readSession,
  proveSession: authentication.proveSession,
  readServer: directory.readServer,
  proveServer: directory.proveServer,
  lookUpAccount: directory.lookUpAccount,
  readChain: directory.readChain,
  readChains: directory.readChains,
  readChainEnds: directory.readChainEnds,
  appendLink: directory.appendLink,
  handBackLinks: directory.handBackLinks,
  publishKeyPackages: directory.publishKeyPackages,
  countKeyPackages: directory.countKeyPackages,
  claimKeyPackages: directory.claimKeyPackages,
  listBlocks: directory.listBlocks,
  setBlock: directory.setBlock,
  readVaultSlot: directory.readVaultSlot,
  writeVaultSlot: directory.writeVaultSlot,
  createAccessToken: accessTokens.createAccessToken,
  listAccessTokens: accessTokens.listAccessTokens,
  revokeAccessToken: accessTokens.revokeAccessToken,
  createRoom: rooms.createRoom,
  listRooms: rooms.listRooms,
  submitMessage: rooms.submitMessage,
  submitNack: rooms.submitNack,
  readLog: rooms.readLog,
  healRoom: rooms.healRoom,
  readTree: rooms.readTree,
  readGroupInfo: rooms.readGroupInfo,
  readMeta: rooms.readMeta,
  readInvited: rooms.readInvited,
  writeForkTag: rooms.writeForkTag,
  listWelcomes: rooms.listWelcomes,
  settleWelcome: rooms.settleWelcome,
  readOpenRoom: openRoom.readOpenRoom,
  setOpenRoom: openRoom.setOpenRoom,
  askToJoin: openRoom.askToJoin,
  readAskers: openRoom.readAskers,
  listPeople: openRoom.listPeople,
  publishHook: hooks.publishHook,
  handToHook: hooks.handToHook,
  poll: rooms.poll,
} as const

export type OperationName = keyof typeof operations
