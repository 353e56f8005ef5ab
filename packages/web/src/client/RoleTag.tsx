import type { Role } from '@sotto/client'
import { useTranslations } from 'use-intl'
import styles from './RoleTag.module.css'

/** What somebody is in a room, where they are more or less than a member. */
export const RoleTag = ({ role }: { readonly role: Role }) => {
  const t = useTranslations('members.role')
  return role === 'member' ? null : <span className={styles.role}>{t(role)}</span>
}
