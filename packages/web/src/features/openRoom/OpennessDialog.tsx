import type { RoomView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import { isolated } from '../../ui/isolated.tsx'

/** Says what it means before an owner opens a room to everybody, or closes it again. */
export const OpennessDialog = ({
  room,
  open,
  onClose,
}: {
  readonly room: RoomView
  readonly open: boolean
  readonly onClose: () => void
}) => {
  const t = useTranslations('openRoom')
  const client = useClient()
  const isOpen = room.isOpen ?? false
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      look={isOpen ? 'danger' : 'primary'}
      title={t.rich(isOpen ? 'closeTitle' : 'openTitle', { room: room.name, ...isolated })}
      description={t(isOpen ? 'closeText' : 'openText')}
      label={t(isOpen ? 'closeConfirm' : 'openConfirm')}
      act={() => client.setOpenness({ room: room.id, isOpen: !isOpen })}
      onDone={onClose}
    />
  )
}
