import type { RoomView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import { isolated } from '../../ui/isolated.tsx'

/** Asks before a room that the user is not in any more is erased from this device, and says what goes. */
export const DeleteRoomDialog = ({
  room,
  open,
  onClose,
  onDeleted,
}: {
  readonly room: RoomView
  readonly open: boolean
  readonly onClose: () => void
  readonly onDeleted: () => void
}) => {
  const t = useTranslations()
  const client = useClient()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={
        room.name === ''
          ? t('rooms.deleteTitleUnnamed')
          : t.rich('rooms.deleteTitle', { room: room.name, ...isolated })
      }
      description={t('rooms.deleteText')}
      label={t('rooms.deleteConfirm')}
      act={() => client.deleteRoom({ room: room.id })}
      onDone={onDeleted}
    />
  )
}
