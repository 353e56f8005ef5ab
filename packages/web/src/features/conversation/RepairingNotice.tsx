import type { RoomState } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { Spinner } from '../../ui/Spinner.tsx'
import styles from './RepairingNotice.module.css'
import { troubleOf } from './trouble.ts'

/** The device takes its place again by itself: why it lost it, how far it is, and what becomes of what is written. */
export const RepairingNotice = ({
  state: { code, step },
}: {
  readonly state: Extract<RoomState, { kind: 'repairing' }>
}) => {
  const t = useTranslations('conversation')
  const happened = useTranslations('trouble.happened')
  return (
    <div className={styles.notice} role="status">
      <Spinner size={18} />
      <div className={styles.words}>
        <p className={styles.step}>{t(`repairing.${step}`)}</p>
        <p>
          {happened(troubleOf(code))} {t('repairingWrite')}
        </p>
      </div>
    </div>
  )
}
