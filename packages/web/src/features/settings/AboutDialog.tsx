import { useTranslations } from 'use-intl'
import type { ScreenProps } from '../../registry/screen.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { Icon } from '../../ui/Icon.tsx'
import styles from './AboutDialog.module.css'

/** The honest list: what reaches the server, and what does not. */
export const AboutDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations('settings')
  const close = useTranslations()('close')
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('aboutTitle')}
      description={t('aboutText')}
      closeLabel={close}
      shape="wide"
      reading
    >
      <section>
        <h3 className={styles.title}>
          <Icon name="lock" size={18} />
          {t('aboutNever')}
        </h3>
        <ul className={styles.list}>
          {(['text', 'roomNames', 'password', 'keys'] as const).map((key) => (
            <li key={key}>{t(`aboutNeverList.${key}`)}</li>
          ))}
        </ul>
      </section>
      <section>
        <h3 className={styles.title}>
          <Icon name="eye" size={18} />
          {t('aboutSees')}
        </h3>
        <ul className={styles.list}>
          {(['name', 'rooms', 'times', 'address'] as const).map((key) => (
            <li key={key}>{t(`aboutSeesList.${key}`)}</li>
          ))}
        </ul>
      </section>
      <p className={styles.honest}>{t('aboutHonest')}</p>
    </Dialog>
  )
}
