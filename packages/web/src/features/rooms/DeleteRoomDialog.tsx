import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { isolated } from '../../ui/isolated.tsx'

/** Asks before a room that the user is not in any more is erased from this device, and says what goes. */
export const DeleteRoomDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations()
  const { situation, ways } = useWorkspace()
  const { room } = situation
  const client = useClient()
  if (room === null) return null
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
      onDone={() => ways.toList('instead')}
    />
  )
}
