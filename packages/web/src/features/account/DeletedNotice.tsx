import { useTranslations } from 'use-intl'
import { Notice } from '../../ui/Notice.tsx'

/** Why somebody who was in stands at the door again. */
export const DeletedNotice = () => {
  const t = useTranslations('account')
  return (
    <Notice tone="warning" icon="warning" announce="at_once">
      {t('dataDeleted')}
    </Notice>
  )
}
