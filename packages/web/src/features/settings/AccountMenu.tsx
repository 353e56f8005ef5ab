import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { Avatar } from '../../ui/Avatar.tsx'
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu.tsx'
import styles from './AccountMenu.module.css'

export type SettingsPage = 'settings' | 'tokens' | 'shortcuts' | 'about' | 'sign_out'

/** Who is signed in here, whether they are connected, and everything that is not about a room. */
export const AccountMenu = ({
  name,
  account,
  connection,
  onOpen,
}: {
  readonly name: string
  readonly account: string
  readonly connection: ReactNode
  readonly onOpen: (page: SettingsPage) => void
}) => {
  const t = useTranslations('settings')
  return (
    <div className={styles.own}>
      <Avatar id={account} name={name} shape="person" />
      <div className={styles.words}>
        <bdi className={styles.name}>{name}</bdi>
        <span className={styles.connection}>{connection}</span>
      </div>
      <Menu icon="settings" label={t('open', { name })} side="top">
        <MenuItem icon="settings" onSelect={() => onOpen('settings')}>
          {t('item')}
        </MenuItem>
        <MenuItem icon="keyboard" onSelect={() => onOpen('shortcuts')}>
          {t('shortcuts')}
        </MenuItem>
        <MenuItem icon="eye" onSelect={() => onOpen('about')}>
          {t('about')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon="leave" onSelect={() => onOpen('sign_out')}>
          {t('signOut')}
        </MenuItem>
      </Menu>
    </div>
  )
}
