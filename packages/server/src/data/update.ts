import type { MigrationStep } from '../store/migrate.ts'
import { copyBefore, copyFolder, planCopy } from './copyBefore.ts'

/** The progress of an update of data of an earlier version, for whoever runs the server. */
export type UpdateNews =
  /** `copy`: where the data will be as they were; null where the disk has too little room for that. */
  | {
      readonly kind: 'begun'
      readonly migrations: number
      readonly copy: { readonly folder: string; readonly bytes: number } | null
    }
  | ({ readonly kind: 'step' } & MigrationStep)
  | { readonly kind: 'ended' }

/** Copies the data before so many migrations change them. @throws Error of the file system */
export const beginUpdate = async (
  directory: string,
  migrations: number,
  tell: (news: UpdateNews) => void,
): Promise<void> => {
  const plan = planCopy(directory)
  switch (plan.kind) {
    case 'no_room':
      return tell({ kind: 'begun', migrations, copy: null })
    case 'copied':
      tell({ kind: 'begun', migrations, copy: { folder: copyFolder, bytes: plan.bytes } })
      return copyBefore(directory)
  }
}
