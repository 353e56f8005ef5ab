import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import { forgetDevice } from '../../client/deletedData.ts'
import { Button } from '../../ui/Button.tsx'
import { isolated } from '../../ui/isolated.tsx'

/** Makes place for another account on a device that holds one. */
export const ForgetDevice = ({ name }: { readonly name: string }) => {
  const t = useTranslations()
  const client = useClient()
  const [asked, setAsked] = useState(false)
  return (
    <>
      <Button look="quiet" size="small" onClick={() => setAsked(true)}>
        {t('account.other')}
      </Button>
      <ConfirmDialog
        open={asked}
        onClose={() => setAsked(false)}
        title={t('account.otherTitle')}
        description={t.rich('account.otherText', { name, ...isolated })}
        label={t('account.otherConfirm')}
        act={() => forgetDevice(client)}
      />
    </>
  )
}
