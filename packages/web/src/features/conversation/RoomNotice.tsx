import type { RoomState } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { FailureText } from '../../client/FailureText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import styles from './RoomNotice.module.css'

/** What is unusual about the room, above or in place of the field one writes in. */
export const RoomNotice = ({ state }: { readonly state: RoomState }) => {
  const t = useTranslations('conversation')
  switch (state.kind) {
    case 'behind':
      return (
        <div className={styles.place}>
          <Notice tone="neutral" icon="clock">
            {t('behind', { missing: state.missing })}
          </Notice>
        </div>
      )
    case 'frozen':
      return (
        <div className={styles.place}>
          <Notice tone="danger" icon="snow">
            <strong>{t('frozenTitle')}</strong> <FailureText failure={{ code: state.code, detail: {} }} />{' '}
            {t('frozenText')} {state.rule !== null && t('frozenRule', { rule: state.rule })}
          </Notice>
        </div>
      )
    case 'removed':
      return (
        <div className={styles.place}>
          <Notice tone="neutral" icon="leave">
            {t('removedText')}
          </Notice>
        </div>
      )
    case 'invited':
    case 'joining':
    case 'active':
      return null
  }
}
