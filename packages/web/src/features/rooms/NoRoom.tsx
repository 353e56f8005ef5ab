import { useTranslations } from 'use-intl'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { keysNamed } from '../../ui/keyNames.ts'
import { Logo } from '../../ui/Logo.tsx'
import styles from './NoRoom.module.css'

/** No room is open, or the one in the address is not on this device. */
export const NoRoom = ({ kind }: { readonly kind: 'none_open' | 'unknown' }) => {
  const t = useTranslations('rooms')
  const { ways } = useWorkspace()
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
      {kind === 'unknown' && <Button onClick={() => ways.toList()}>{t('toList')}</Button>}
    </div>
  )
}
