import { hasMembers } from '../../client/standing.ts'
import type { Feature } from '../../registry/feature.ts'
import { laterScreen } from '../../registry/laterScreen.tsx'

export const refounding: Feature = {
  screens: [
    {
      name: 'refound',
      kind: 'dialog',
      isOffered: ({ room }) => hasMembers(room ?? undefined),
      View: laterScreen(async () => (await import('./RefoundDialog.tsx')).RefoundDialog),
    },
  ],
}
