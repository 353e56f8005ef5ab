import { useTranslations } from 'use-intl'
import { FailedPart } from '../client/FailedPart.tsx'
import type { Failure } from '../client/failure.ts'
import { later } from '../client/later.tsx'
import type { View } from '../client/later.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import type { ScreenProps } from './screen.ts'

const FailedScreen = ({ open, onClose, failure }: ScreenProps & { readonly failure: Failure }) => {
  const t = useTranslations()
  return (
    <Dialog open={open} onClose={onClose} title={t('start.partFailed')} closeLabel={t('close')}>
      <FailedPart failure={failure} />
    </Dialog>
  )
}

/** A dialog or a panel whose script comes when it is opened for the first time, or while the page has nothing to do. */
export const laterScreen = <Props extends ScreenProps = ScreenProps>(load: () => Promise<View<Props>>) =>
  later<Props>(load, { isShown: ({ open }) => open, Failed: FailedScreen })
