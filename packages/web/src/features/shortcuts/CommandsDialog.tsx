import type { SlashArgument } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { BotTag } from '../../client/BotTag.tsx'
import { useRegistry } from '../../registry/RegistryContext.tsx'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import styles from './CommandsDialog.module.css'

const Said = ({ name, argument }: { readonly name: string; readonly argument: SlashArgument }) => {
  const t = useTranslations('commands.argument')
  return (
    <code className={styles.said}>
      /{name}
      {argument.kind !== 'none' && <i> {t(argument.what)}</i>}
    </code>
  )
}

/** What can be said with a slash in front, and which bots of the room listen to what. */
export const CommandsDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations('commands')
  const all = useTranslations()
  const { slashCommands } = useRegistry()
  const offered = useWorkspace().situation.room?.commands ?? []
  const close = useTranslations()('close')
  return (
    <Dialog open={open} onClose={onClose} title={t('title')} closeLabel={close} shape="wide" reading>
      <p className={styles.text}>{t('text')}</p>
      <dl className={styles.rows}>
        {slashCommands.map(({ name, argument, label }) => (
          <div key={name} className={styles.row}>
            <dt>
              <Said name={name} argument={argument} />
            </dt>
            <dd className={styles.does}>{label(all)}</dd>
          </div>
        ))}
        <div className={styles.row}>
          <dt>
            <code className={styles.said}>{'//'}</code>
          </dt>
          <dd className={styles.does}>{t('slash')}</dd>
        </div>
      </dl>
      {offered.length > 0 && (
        <section aria-labelledby="commands-of-bots">
          <h3 className={styles.title} id="commands-of-bots">
            {t('bots')}
          </h3>
          <p className={styles.text}>{t('botsText')}</p>
          <dl className={styles.rows}>
            {offered.map(({ name, summary, bot }) => (
              <div key={`${bot} ${name}`} className={styles.row}>
                <dt>
                  <Said name={name} argument={{ kind: 'none' }} />
                </dt>
                <dd className={styles.does}>
                  <bdi>{summary}</bdi>
                  <span className={styles.who}>
                    <bdi>{bot}</bdi> <BotTag />
                  </span>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </Dialog>
  )
}
