import { exportSecret, type Group } from '@sotto/mls'
import { engineWithoutChecks } from './attempt.ts'
import type { Tools } from './tools.ts'

const forkTagBytes = 16

/** Equal for all members of an epoch who agree on it; says nothing to anybody else (REC-7). */
export const forkTagOf = (tools: Tools, group: Group): Uint8Array =>
  exportSecret(engineWithoutChecks(tools), group, 'sotto/1 forktag', new Uint8Array(), forkTagBytes)
