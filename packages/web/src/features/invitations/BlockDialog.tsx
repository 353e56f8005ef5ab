import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import { isolated } from '../../ui/isolated.tsx'

/** Asks before an inviter is blocked. */
export const BlockDialog = ({
  room,
  name,
  open,
  onClose,
  onBlocked,
}: {
  /** The invitation whose sender is meant. */
  readonly room: string
  readonly name: string
  readonly open: boolean
  readonly onClose: () => void
  readonly onBlocked: () => void
}) => {
  const t = useTranslations()
  const client = useClient()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t.rich('invitation.blockTitle', { name, ...isolated })}
      description={t('invitation.blockText')}
      label={t('invitation.blockConfirm')}
      act={() => client.block({ inviterOf: room })}
      onDone={onBlocked}
    />
  )
}
