import { treeMath } from './cases/tree-math.ts'
import { treeKem } from './cases/treekem.ts'
import { treeOperations } from './cases/tree-operations.ts'
import { treeValidation } from './cases/tree-validation.ts'
import type { VectorFile } from './vectorFile.ts'

export const registry: readonly VectorFile[] = [treeMath, treeOperations, treeValidation, treeKem]
