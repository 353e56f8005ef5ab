import { useTranslations } from 'use-intl'
import type { PageState } from '../../client/useTimeline.ts'
import { useCommand } from '../../registry/Workspace.tsx'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Spinner } from '../../ui/Spinner.tsx'
import styles from './TopRow.module.css'

/** The top of what is loaded: where the room begins, or what is still to come. */
export const TopRow = ({
  room,
  name,
  more,
  isBeginning,
  older,
  onOlder,
}: {
  readonly room: string
  readonly name: string
  readonly more: boolean
  /** What is loaded begins with the room itself, and not with the reader's coming into it. */
  readonly isBeginning: boolean
  readonly older: PageState
  readonly onOlder: () => void
}) => {
  const t = useTranslations('conversation')
  const again = useTranslations()('tryAgain')
  const invite = useCommand('invite')
  if (more)
    return (
      <div className={styles.older} role="status">
        {older.kind === 'failed' ? (
          <>
            {t('olderFailed')}
            <Button size="small" onClick={onOlder}>
              {again}
            </Button>
          </>
        ) : (
          <>
            <Spinner />
            {t('loadingOlder')}
          </>
        )}
      </div>
    )
  return (
    <div className={styles.begin}>
      <Avatar id={room} name={name} shape="room" size="large" />
      <p className={styles.title}>
        {t.rich(isBeginning ? 'beginTitle' : 'enteredTitle', { room: name, ...isolated })}
      </p>
      <p className={styles.text}>{t(isBeginning ? 'beginText' : 'enteredText')}</p>
      {invite && (
        <Button icon={invite.icon} size="small" onClick={invite.run}>
          {invite.label}
        </Button>
      )}
    </div>
  )
}
