import { useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../../ui/Button.tsx'
import { DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { CopyBox } from './CopyBox.tsx'
import { firstRequest } from './firstRequest.ts'
import type { Made } from './TokenForm.tsx'
import styles from './TokensDialog.module.css'

/** Shows a new token the only time, with a request that works as it stands. */
export const MadeToken = ({
  made: { label, token, reach },
  server,
  onDone,
}: {
  readonly made: Made
  readonly server: string
  readonly onDone: () => void
}) => {
  const t = useTranslations()
  const top = useRef<HTMLDivElement>(null)
  useEffect(() => top.current?.focus(), [])
  const docs = `${server}/docs`
  return (
    <div ref={top} className={styles.made} tabIndex={-1}>
      <Notice tone="accent" icon="check">
        {t('token.madeText')}
      </Notice>
      <CopyBox label={t.rich('token.made', { name: label, ...isolated })} text={token} />
      <CopyBox
        label={t('token.request')}
        text={firstRequest(server, token, reach)}
        hint={t('token.requestHint')}
      />
      <p className={styles.soft}>
        {t('token.next')}{' '}
        <a className={styles.link} href={docs} target="_blank" rel="noreferrer">
          {docs}
        </a>
      </p>
      <DialogActions>
        <Button look="primary" onClick={onDone}>
          {t('done')}
        </Button>
      </DialogActions>
    </div>
  )
}
