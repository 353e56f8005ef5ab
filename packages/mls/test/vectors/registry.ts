import { treeMath } from './cases/tree-math.ts'
import type { VectorFile } from './vectorFile.ts'

export const registry: readonly VectorFile[] = [treeMath]
