import type { RoomView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { Dialog } from '../../ui/Dialog.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { MemberList } from './MemberList.tsx'
import styles from './MembersPanel.module.css'
import type { Members } from '../../client/useMembers.ts'

/** Beside the conversation where there is room for it, over it where there is not. */
export const MembersPanel = ({
  room,
  members,
  place,
  open,
  onClose,
  onReload,
  onInvite,
}: {
  readonly room: RoomView
  readonly members: Members
  readonly place: 'beside' | 'over'
  readonly open: boolean
  readonly onClose: () => void
  readonly onReload: () => void
  readonly onInvite: () => void
}) => {
  const t = useTranslations('members')
  const list = (
    <MemberList key={room.id} room={room} members={members} onReload={onReload} onInvite={onInvite} />
  )
  if (place === 'over')
    return (
      <Dialog open={open} onClose={onClose} title={t('title')} closeLabel={t('close')} shape="sheet">
        {list}
      </Dialog>
    )
  if (!open) return null
  return (
    <aside
      className={styles.panel}
      aria-label={t('title')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>{t('title')}</h2>
        <IconButton label={t('close')} icon="close" onClick={onClose} />
      </header>
      <div className={styles.body}>{list}</div>
    </aside>
  )
}
