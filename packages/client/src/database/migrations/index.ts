import type { Migration } from '../migrate.ts'
import { toVersion2 } from './toVersion2.ts'
import { toVersion3 } from './toVersion3.ts'
import { toVersion4 } from './toVersion4.ts'
import { toVersion5 } from './toVersion5.ts'

/** Every migration that there has been, in order. One that was released is never changed. */
export const migrations: readonly Migration[] = [toVersion2, toVersion3, toVersion4, toVersion5]
