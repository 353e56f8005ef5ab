import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { FailedPart } from '../../client/FailedPart.tsx'
import { later } from '../../client/later.tsx'
import { Button } from '../../ui/Button.tsx'
import type { ForgetDialogProps } from './ForgetDialog.tsx'

/** The form does without dialogs. */
const LaterDialog = later<ForgetDialogProps>(async () => (await import('./ForgetDialog.tsx')).ForgetDialog, {
  isShown: ({ open }) => open,
  Failed: FailedPart,
})

/** Makes place for another account on a device that holds one. */
export const ForgetDevice = ({ name }: { readonly name: string }) => {
  const t = useTranslations()
  const [asked, setAsked] = useState(false)
  return (
    <>
      <Button look="quiet" size="small" onClick={() => setAsked(true)}>
        {t('account.other')}
      </Button>
      <LaterDialog name={name} open={asked} onClose={() => setAsked(false)} />
    </>
  )
}
