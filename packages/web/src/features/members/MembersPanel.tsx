import { useTranslations } from 'use-intl'
import { besideQuery } from '../../registry/screen.ts'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { useMedia } from '../../ui/useMedia.ts'
import { MemberList } from './MemberList.tsx'
import styles from './MembersPanel.module.css'

/** Beside the conversation where there is room for it, over it where there is not. */
export const MembersPanel = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations('members')
  const wide = useMedia(besideQuery)
  const { situation, members, reloadMembers, ways } = useWorkspace()
  const { room } = situation
  if (room === null) return null
  const close = () => {
    onClose()
    ways.ask('write')
  }
  const list = <MemberList key={room.id} room={room} members={members} onReload={reloadMembers} />
  if (!wide)
    return (
      <Dialog open={open} onClose={close} title={t('title')} closeLabel={t('close')} shape="sheet">
        {list}
      </Dialog>
    )
  if (!open) return null
  return (
    <aside
      className={styles.panel}
      aria-label={t('title')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close()
      }}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>{t('title')}</h2>
        <IconButton label={t('close')} icon="close" onClick={close} />
      </header>
      <div className={styles.body}>{list}</div>
    </aside>
  )
}
