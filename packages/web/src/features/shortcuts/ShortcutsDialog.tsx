import { useTranslations } from 'use-intl'
import { useRegistry } from '../../registry/RegistryContext.tsx'
import type { ScreenProps } from '../../registry/screen.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { keyName } from '../../ui/keyNames.ts'
import { shortcutGroups } from './shortcutRows.ts'
import styles from './ShortcutsDialog.module.css'

/** Every key that does something, as the features name them. */
export const ShortcutsDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations('shortcuts')
  const all = useTranslations()
  const registry = useRegistry()
  const close = useTranslations()('close')
  return (
    <Dialog open={open} onClose={onClose} title={t('title')} closeLabel={close} shape="wide" reading>
      <div className={styles.groups}>
        {shortcutGroups(registry).map(({ group, rows }) => (
          <section key={group} className={styles.group} aria-labelledby={`shortcuts-${group}`}>
            <h3 className={styles.title} id={`shortcuts-${group}`}>
              {t(group)}
            </h3>
            <dl className={styles.rows}>
              {rows.map(({ id, label, keys }) => (
                <div key={id} className={styles.row}>
                  <dt>{label(all)}</dt>
                  <dd className={styles.keys}>
                    {keys.map((key) => (
                      <kbd key={key} className={styles.key}>
                        {keyName(key)}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
