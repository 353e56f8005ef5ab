import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { standingOf } from '../../client/standing.ts'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { isolated } from '../../ui/isolated.tsx'

/** Asks before a room is left. */
export const LeaveRoomDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations()
  const { room } = useWorkspace().situation
  const client = useClient()
  if (room === null) return null
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t.rich('rooms.leaveTitle', { room: room.name, ...isolated })}
      description={t(standingOf(room.state) === 'open' ? 'rooms.leaveText' : 'rooms.leaveTextUntold')}
      label={t('rooms.leaveConfirm')}
      act={() => client.leave({ room: room.id })}
      onDone={onClose}
    />
  )
}
