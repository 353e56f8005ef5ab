import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import { forgetDevice } from '../../client/deletedData.ts'
import { isolated } from '../../ui/isolated.tsx'

export interface ForgetDialogProps {
  readonly name: string
  readonly open: boolean
  readonly onClose: () => void
}

/** Asks before the account of this device is erased from it. */
export const ForgetDialog = ({ name, open, onClose }: ForgetDialogProps) => {
  const t = useTranslations()
  const client = useClient()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t('account.otherTitle')}
      description={t.rich('account.otherText', { name, ...isolated })}
      label={t('account.otherConfirm')}
      act={() => forgetDevice(client)}
    />
  )
}
