import type { OpenRoomView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { Avatar } from '../../ui/Avatar.tsx'
import { Link } from '../../ui/links.ts'
import styles from './OpenRoom.module.css'

/** The open room in the list of somebody who is not in it. */
export const OpenRoomItem = ({ room, open }: { readonly room: OpenRoomView; readonly open: boolean }) => {
  const t = useTranslations('openRoom')
  return (
    <section aria-labelledby="open-room-title">
      <h2 className={styles.listTitle} id="open-room-title">
        {t('listTitle')}
      </h2>
      <Link
        href={`/room/${room.room}`}
        className={styles.item}
        aria-current={open ? 'page' : undefined}
        draggable={false}
      >
        <Avatar id={room.room} name={room.name} shape="room" />
        <span className={styles.itemWords}>
          <bdi className={styles.itemName}>{room.name}</bdi>
          <span className={styles.itemText}>
            {t(room.standing === 'waiting' ? 'previewWaiting' : 'preview')}
          </span>
        </span>
      </Link>
    </section>
  )
}
