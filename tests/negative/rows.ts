import { authorization } from './attacks/authorization.ts'
import { entering } from './attacks/entering.ts'
import { madeUpRows } from './attacks/madeUp.ts'
import { foundedAnew } from './attacks/foundedAnew.ts'
import { formRows } from './attacks/forms.ts'
import { replayed } from './attacks/replayed.ts'
import { toldRows } from './attacks/told.ts'
import type { Row } from './table.ts'

export const rows: readonly Row[] = [
  ...authorization,
  ...entering,
  ...replayed,
  ...toldRows,
  ...madeUpRows,
  ...foundedAnew,
  ...formRows,
]
