import { type AccessScope, accessScopes } from '@sotto/protocol'

/** What an access token reaches. A program's own session reaches all of it. */
export const scopes = accessScopes

export type Scope = AccessScope

export const writeScopes = (reached: readonly Scope[]): string =>
  scopes.filter((s) => reached.includes(s)).join(' ')

export const readScopes = (written: string): readonly Scope[] => {
  const words = written.split(' ')
  return scopes.filter((scope) => words.includes(scope))
}
