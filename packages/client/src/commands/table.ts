import { accept } from './accept.ts'
import { accessTokens } from './accessTokens.ts'
import { block } from './block.ts'
import { blocked } from './blocked.ts'
import { createAccessToken } from './createAccessToken.ts'
import { createHook } from './createHook.ts'
import { createRoom } from './createRoom.ts'
import { decline } from './decline.ts'
import { declineAll } from './declineAll.ts'
import { deleteRoom } from './deleteRoom.ts'
import { discard } from './discard.ts'
import { findOpenRoom } from './findOpenRoom.ts'
import { forwardHook } from './forwardHook.ts'
import { hooks } from './hooks.ts'
import { invite } from './invite.ts'
import { inviteAll } from './inviteAll.ts'
import { joinOpenRoom } from './joinOpenRoom.ts'
import { keepDraft } from './keepDraft.ts'
import { leave } from './leave.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { markRead } from './markRead.ts'
import { members } from './members.ts'
import { offerCommands } from './offerCommands.ts'
import { people } from './people.ts'
import { react } from './react.ts'
import { readNote } from './readNote.ts'
import { refound } from './refound.ts'
import { register } from './register.ts'
import { registrationMode } from './registrationMode.ts'
import { rejoin } from './rejoin.ts'
import { removeMember } from './removeMember.ts'
import { retry } from './retry.ts'
import { revokeAccessToken } from './revokeAccessToken.ts'
import { revokeHook } from './revokeHook.ts'
import { send } from './send.ts'
import { sendDraft } from './sendDraft.ts'
import { setDraft } from './setDraft.ts'
import { setOpenness } from './setOpenness.ts'
import { setRole } from './setRole.ts'
import { timeline } from './timeline.ts'
import { timelineAround } from './timelineAround.ts'
import { unblock } from './unblock.ts'
import { unverify } from './unverify.ts'
import { verification } from './verification.ts'
import { verify } from './verify.ts'
import { withdrawJoin } from './withdrawJoin.ts'
import { writeNote } from './writeNote.ts'

/**
 * Everything that a client can be asked for: a command is a file here and a line in this table. The façade of the client
 * and what the other side of a border may ask for are made from it.
 */
export const commands = {
  registrationMode,
  register,
  login,
  logout,
  createAccessToken,
  accessTokens,
  revokeAccessToken,
  createRoom,
  findOpenRoom,
  joinOpenRoom,
  withdrawJoin,
  setOpenness,
  people,
  invite,
  inviteAll,
  accept,
  decline,
  declineAll,
  block,
  unblock,
  blocked,
  verification,
  verify,
  unverify,
  leave,
  deleteRoom,
  removeMember,
  setRole,
  rejoin,
  refound,
  members,
  hooks,
  createHook,
  revokeHook,
  forwardHook,
  send,
  react,
  offerCommands,
  retry,
  discard,
  timeline,
  timelineAround,
  markRead,
  setDraft,
  keepDraft,
  sendDraft,
  readNote,
  writeNote,
} as const

export type CommandName = keyof typeof commands

/** Whether a name that came from elsewhere is one of the table. */
export const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)

type AskedOf<C> = C extends { run(scope: never, input: infer I): infer O } ? (input: I) => O : never

/** Every command takes one plain object and rejects with a SottoError; see `errors.ts` of the protocol for codes. */
export type ClientCommands = {
  readonly [N in CommandName]: AskedOf<(typeof commands)[N]>
}
