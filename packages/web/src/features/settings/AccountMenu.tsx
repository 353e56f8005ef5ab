import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { CommandMenu, useMenu } from '../../registry/CommandMenu.tsx'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Avatar } from '../../ui/Avatar.tsx'
import styles from './AccountMenu.module.css'

/** Who is signed in here, whether they are connected, and everything that is not about a room. */
export const AccountMenu = ({ connection }: { readonly connection: ReactNode }) => {
  const t = useTranslations('settings')
  const { name, account } = useWorkspace().situation.account
  return (
    <div className={styles.own}>
      <Avatar id={account} name={name} shape="person" />
      <div className={styles.words}>
        <bdi className={styles.name}>{name}</bdi>
        <span className={styles.connection}>{connection}</span>
      </div>
      <CommandMenu icon="settings" label={t('open', { name })} side="top" menu={useMenu('account')} />
    </div>
  )
}
