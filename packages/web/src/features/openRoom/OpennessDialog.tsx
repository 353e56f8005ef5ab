import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { isolated } from '../../ui/isolated.tsx'

/** Says what it means before an owner opens a room to everybody, or closes it again. */
export const OpennessDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations('openRoom')
  const client = useClient()
  const { room } = useWorkspace().situation
  if (room === null) return null
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
