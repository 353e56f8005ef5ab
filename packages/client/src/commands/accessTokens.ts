import { operations } from '@sotto/protocol'
import type { AccessTokenView } from '../view.ts'
import { ofClient } from './command.ts'
import { nothing } from './input.ts'

export type ListAccessTokens = (input: object) => Promise<readonly AccessTokenView[]>

export const accessTokens = ofClient<ListAccessTokens>({
  input: nothing,
  run: async ({ call }) => (await call(operations.listAccessTokens, {})).tokens,
})
