import type { Feature } from '../../registry/feature.ts'
import { laterScreen } from '../../registry/laterScreen.tsx'

export const tokens: Feature = {
  screens: [
    {
      name: 'tokens',
      kind: 'dialog',
      isOffered: () => true,
      View: laterScreen(async () => (await import('./TokensDialog.tsx')).TokensDialog),
    },
  ],
}
