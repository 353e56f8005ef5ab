import type { IdentityView } from '@sotto/client'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { laterScreen } from '../../registry/laterScreen.tsx'
import type { ScreenProps } from '../../registry/screen.ts'
import type { UnderMemberProps } from '../../registry/underMember.ts'
import { Icon } from '../../ui/Icon.tsx'
import type { IconName } from '../../ui/Icon.tsx'
import styles from './IdentityLine.module.css'

const LaterDialog = laterScreen<UnderMemberProps & ScreenProps>(
  async () => (await import('./VerificationDialog.tsx')).VerificationDialog,
)

const icons: Readonly<Record<IdentityView, IconName>> = {
  unverified: 'shield',
  verified: 'check',
  changed: 'warning',
}

/** Whether the reader has compared a member, and the way to do it. */
export const IdentityLine = ({ member }: UnderMemberProps) => {
  const t = useTranslations('verification')
  const [open, setOpen] = useState(false)
  if (member.own) return null
  const { identity, name } = member
  return (
    <>
      <button
        type="button"
        className={styles.line}
        data-identity={identity}
        aria-label={t('open', { name, state: t(`short.${identity}`) })}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Icon name={icons[identity]} size={14} />
        {t(`short.${identity}`)}
      </button>
      <LaterDialog member={member} open={open} onClose={() => setOpen(false)} />
    </>
  )
}
