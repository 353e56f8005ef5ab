import { cryptoBasics } from './cases/crypto-basics.ts'
import { deserialization } from './cases/deserialization.ts'
import { keySchedule } from './cases/key-schedule.ts'
import { messageProtection } from './cases/message-protection.ts'
import { messages } from './cases/messages.ts'
import { passiveClients } from './cases/passive-client.ts'
import { pskSecrets } from './cases/psk-secret.ts'
import { secretTree } from './cases/secret-tree.ts'
import { transcriptHashes } from './cases/transcript-hashes.ts'
import { treeMath } from './cases/tree-math.ts'
import { treeKem } from './cases/treekem.ts'
import { treeOperations } from './cases/tree-operations.ts'
import { treeValidation } from './cases/tree-validation.ts'
import { welcomes } from './cases/welcome.ts'
import type { VectorFile } from './vectorFile.ts'

export const registry: readonly VectorFile[] = [
  cryptoBasics,
  treeMath,
  treeOperations,
  treeValidation,
  treeKem,
  deserialization,
  messages,
  keySchedule,
  pskSecrets,
  transcriptHashes,
  secretTree,
  messageProtection,
  welcomes,
  ...passiveClients,
]
