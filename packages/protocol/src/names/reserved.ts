import { lookOf } from './look.ts'

/** Names by which somebody would pass for the server, for who runs it, for a role, or for everybody. */
export const reservedNames = [
  'admin',
  'administrator',
  'all',
  'anonymous',
  'bot',
  'channel',
  'everyone',
  'here',
  'host',
  'mod',
  'moderator',
  'null',
  'official',
  'operator',
  'owner',
  'postmaster',
  'root',
  'security',
  'server',
  'sotto',
  'staff',
  'support',
  'sysadmin',
  'system',
  'undefined',
  'webmaster',
] as const

/** Coarser than for two accounts: who is fooled by these names is fooled by `adm1n` and `sys-tem`, too. */
const coarse = (name: string): string => lookOf(name).replaceAll(/[._-]/g, '').replaceAll('i', 'l')

let looks: ReadonlySet<string> | undefined

/** Whether a name, or one that looks like it, is kept from everybody. Whoever has it keeps it. */
export const isReservedName = (name: string): boolean => {
  looks ??= new Set(reservedNames.map(coarse))
  return looks.has(coarse(name))
}
