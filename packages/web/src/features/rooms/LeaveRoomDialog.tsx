import type { RoomView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { standingOf } from '../../client/standing.ts'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import { isolated } from '../../ui/isolated.tsx'

/** Asks before a room is left. */
export const LeaveRoomDialog = ({
  room,
  open,
  onClose,
  onLeft,
}: {
  readonly room: RoomView
  readonly open: boolean
  readonly onClose: () => void
  readonly onLeft: () => void
}) => {
  const t = useTranslations()
  const client = useClient()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t.rich('rooms.leaveTitle', { room: room.name, ...isolated })}
      description={t(standingOf(room.state) === 'open' ? 'rooms.leaveText' : 'rooms.leaveTextUntold')}
      label={t('rooms.leaveConfirm')}
      act={() => client.leave({ room: room.id })}
      onDone={onLeft}
    />
  )
}
