import { useTranslations } from 'use-intl'
import { Button } from '../../ui/Button.tsx'
import { keysNamed } from '../../ui/keyNames.ts'
import { Logo } from '../../ui/Logo.tsx'
import styles from './NoRoom.module.css'

/** No room is open, or the one in the address is not on this device. */
export const NoRoom = ({
  kind,
  onBack,
}: {
  readonly kind: 'none_open' | 'unknown'
  readonly onBack: () => void
}) => {
  const t = useTranslations('rooms')
  return (
    <div className={styles.none}>
      <span className={styles.faint}>
        <Logo size={56} />
      </span>
      <div className={styles.words}>
        <h1 className={styles.title}>{kind === 'unknown' ? t('missing') : t('pickTitle')}</h1>
        <p className={styles.text}>
          {kind === 'unknown' ? t('missingText') : t('pickText', { find: keysNamed('Ctrl', 'K') })}
        </p>
      </div>
      {kind === 'unknown' && <Button onClick={onBack}>{t('toList')}</Button>}
    </div>
  )
}
