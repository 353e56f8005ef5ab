import type { Feature } from '../../registry/feature.ts'
import { laterScreen } from '../../registry/laterScreen.tsx'

const always = () => true

export const settings: Feature = {
  commands: [
    {
      id: 'settings',
      icon: () => 'settings',
      label: (t) => t('settings.item'),
      isOffered: always,
      run: ({ open }) => open('settings'),
      menu: { name: 'account', part: 1 },
    },
    {
      id: 'about',
      icon: () => 'eye',
      label: (t) => t('settings.about'),
      isOffered: always,
      run: ({ open }) => open('about'),
      menu: { name: 'account', part: 1 },
    },
    {
      id: 'sign_out',
      icon: () => 'leave',
      label: (t) => t('settings.signOut'),
      isOffered: always,
      run: ({ open }) => open('sign-out'),
      menu: { name: 'account', part: 2 },
    },
  ],
  screens: [
    {
      name: 'settings',
      kind: 'dialog',
      isOffered: always,
      View: laterScreen(async () => (await import('./SettingsDialog.tsx')).SettingsDialog),
    },
    {
      name: 'about',
      kind: 'dialog',
      isOffered: always,
      View: laterScreen(async () => (await import('./AboutDialog.tsx')).AboutDialog),
    },
    {
      name: 'sign-out',
      kind: 'dialog',
      isOffered: always,
      View: laterScreen(async () => (await import('./SignOutDialog.tsx')).SignOutDialog),
    },
  ],
}
