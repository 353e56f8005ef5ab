import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmActions } from '../../client/ConfirmActions.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
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
    <Dialog
      open={open}
      onClose={onClose}
      title={t.rich('invitation.blockTitle', { name, ...isolated })}
      description={t('invitation.blockText')}
      closeLabel={t('close')}
      decision
    >
      <ConfirmActions
        label={t('invitation.blockConfirm')}
        act={() => client.block({ inviterOf: room })}
        onDone={onBlocked}
        onClose={onClose}
      />
    </Dialog>
  )
}
