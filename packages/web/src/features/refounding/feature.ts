import { hasMembers } from '../../client/standing.ts'
import type { Feature } from '../../registry/feature.ts'
import { RefoundDialog } from './RefoundDialog.tsx'

export const refounding: Feature = {
  screens: [
    {
      name: 'refound',
      kind: 'dialog',
      isOffered: ({ room }) => hasMembers(room ?? undefined),
      View: RefoundDialog,
    },
  ],
}
