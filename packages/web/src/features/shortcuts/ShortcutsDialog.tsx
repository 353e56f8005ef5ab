import { useTranslations } from 'use-intl'
import { Dialog } from '../../ui/Dialog.tsx'
import { keyName } from '../../ui/keyNames.ts'
import styles from './ShortcutsDialog.module.css'

const groups = [
  {
    title: 'everywhere',
    rows: [
      ['help', ['?']],
      ['helpEverywhere', ['Ctrl', '/']],
      ['find', ['Ctrl', 'K']],
      ['previous', ['Alt', '↑']],
      ['next', ['Alt', '↓']],
      ['nextUnread', ['Alt', 'Shift', '↓']],
      ['create', ['Ctrl', 'Shift', 'O']],
      ['invite', ['Ctrl', 'Shift', 'A']],
      ['members', ['Ctrl', '.']],
      ['latest', ['Alt', 'End']],
      ['escape', ['Esc']],
    ],
  },
  {
    title: 'writing',
    rows: [
      ['send', ['Enter']],
      ['newline', ['Shift', 'Enter']],
      ['commands', ['/']],
    ],
  },
  {
    title: 'list',
    rows: [
      ['move', ['↑', '↓']],
      ['ends', ['Home', 'End']],
      ['open', ['Enter']],
    ],
  },
] as const

export const ShortcutsDialog = ({
  open,
  onClose,
}: {
  readonly open: boolean
  readonly onClose: () => void
}) => {
  const t = useTranslations('shortcuts')
  const close = useTranslations()('close')
  return (
    <Dialog open={open} onClose={onClose} title={t('title')} closeLabel={close} shape="wide" reading>
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group.title} className={styles.group} aria-labelledby={`shortcuts-${group.title}`}>
            <h3 className={styles.title} id={`shortcuts-${group.title}`}>
              {t(group.title)}
            </h3>
            <dl className={styles.rows}>
              {group.rows.map(([name, keys]) => (
                <div key={name} className={styles.row}>
                  <dt>{t(name)}</dt>
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
