import { type ReadInvite, readInvite, SottoError } from '@sotto/client'
import { type Command, Option } from 'commander'

export interface InviteOptions {
  readonly invite?: ReadInvite
}

const parsed = (text: string): ReadInvite => {
  const invite = readInvite(text)
  if (invite) return invite
  throw new SottoError('bad_request', 'this is not an invite key or an invite link')
}

export const inviteOption = (): Option =>
  new Option('--invite <key>', 'invite key or link, if the server requires one').argParser(parsed)

/** Where the value of an option comes from that nobody has given; an option without default has none. */
const unsaid: ReadonlySet<string | undefined> = new Set([undefined, 'default'])

/** The server that was named; else the one that the link of an invite names; else the one that stands in for both. */
export const serverFor = <S extends string | undefined>(
  command: Command,
  { server, invite }: InviteOptions & { readonly server: S },
): S | string =>
  invite?.server && unsaid.has(command.getOptionValueSource('server')) ? invite.server : server
