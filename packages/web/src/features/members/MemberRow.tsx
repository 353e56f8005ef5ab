import type { MemberView, Role } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { useRegistry } from '../../registry/RegistryContext.tsx'
import { Avatar } from '../../ui/Avatar.tsx'
import { Menu, MenuItem } from '../../ui/Menu.tsx'
import styles from './MemberRow.module.css'
import { mayRemove, rolesFor } from '../../client/rights.ts'
import { BotTag } from '../../client/BotTag.tsx'
import { RoleTag } from '../../client/RoleTag.tsx'

/** What is to be done to a member; a dialog asks before it happens. */
export type MemberAct =
  | { readonly kind: 'role'; readonly member: MemberView; readonly roles: readonly Role[] }
  | { readonly kind: 'remove'; readonly member: MemberView }

/** The menu of a member, where there is anything that the own role allows. */
const Acts = ({
  own,
  member,
  members,
  onAct,
}: {
  readonly own: Role
  readonly member: MemberView
  readonly members: readonly MemberView[]
  readonly onAct: (act: MemberAct) => void
}) => {
  const t = useTranslations('members')
  const roles = rolesFor(own, member, members)
  const removable = mayRemove(own, member)
  if (roles.length === 0 && !removable) return null
  return (
    <Menu icon="more" label={t('more', { name: member.name })} size="small">
      {roles.length > 0 && (
        <MenuItem icon="shield" onSelect={() => onAct({ kind: 'role', member, roles })}>
          {t('changeRole')}
        </MenuItem>
      )}
      {removable && (
        <MenuItem icon="remove" danger onSelect={() => onAct({ kind: 'remove', member })}>
          {t('remove')}
        </MenuItem>
      )}
    </Menu>
  )
}

/** One member: who they are and what they may do. */
export const MemberRow = ({
  own,
  member,
  members,
  onAct,
}: {
  /** The reader's own role, or null where nothing can be changed. */
  readonly own: Role | null
  readonly member: MemberView
  readonly members: readonly MemberView[]
  readonly onAct: (act: MemberAct) => void
}) => {
  const t = useTranslations('members')
  const { underMember } = useRegistry()
  return (
    <li className={styles.member}>
      <Avatar id={member.account} name={member.name} shape="person" />
      <div className={styles.words}>
        <p className={styles.line}>
          <bdi className={styles.name}>{member.name}</bdi>
          {member.own && <span className={styles.you}>{t('you')}</span>}
          {member.isBot && <BotTag />}
          <RoleTag role={member.role} />
        </p>
        {member.isBot && <p className={styles.note}>{t('botText')}</p>}
        {underMember.map(({ id, Part }) => (
          <Part key={id} member={member} />
        ))}
        {member.isInvited && <p className={styles.note}>{t('invited')}</p>}
      </div>
      {own !== null && <Acts own={own} member={member} members={members} onAct={onAct} />}
    </li>
  )
}
