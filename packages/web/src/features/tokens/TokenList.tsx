import type { AccessTokenView } from '@sotto/client'
import { useState } from 'react'
import type { RefObject } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { ConfirmDialog } from '../../client/ConfirmDialog.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Spinner } from '../../ui/Spinner.tsx'
import { day } from '../../ui/times.ts'
import { reachOf } from './reach.ts'
import type { Tokens } from './useTokens.ts'
import styles from './TokensDialog.module.css'

const TokenRow = ({
  token: { label, scopes, expiresMs },
  nowMs,
  onRevoke,
}: {
  readonly token: AccessTokenView
  readonly nowMs: number
  readonly onRevoke: () => void
}) => {
  const t = useTranslations('token')
  const format = useFormatter()
  const reach = reachOf(scopes)
  const date = format.dateTime(expiresMs, day)
  return (
    <li className={styles.token}>
      <Icon name="key" size={18} />
      <span className={styles.words}>
        <bdi className={styles.name}>{label}</bdi>
        <span className={styles.soft}>
          {reach === null ? t('reaches.some', { scopes: format.list([...scopes]) }) : t(`reaches.${reach}`)}
          {', '}
          {expiresMs > nowMs ? t('until', { date }) : t('ended', { date })}
        </span>
      </span>
      <Button size="small" aria-label={t('revokeOne', { name: label })} onClick={onRevoke}>
        {t('revoke')}
      </Button>
    </li>
  )
}

const RevokeDialog = ({
  token,
  finalFocus,
  onClose,
  onRevoked,
}: {
  readonly token: AccessTokenView
  readonly finalFocus: RefObject<HTMLElement | null>
  readonly onClose: () => void
  readonly onRevoked: () => void
}) => {
  const t = useTranslations('token')
  const client = useClient()
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t.rich('revokeTitle', { name: token.label, ...isolated })}
      description={t('revokeText')}
      finalFocus={finalFocus}
      label={t('revokeConfirm')}
      act={() => client.revokeAccessToken({ id: token.id })}
      onDone={onRevoked}
    />
  )
}

/** What the account has given to its programs; each can be taken back. */
export const TokenList = ({
  tokens,
  finalFocus,
  onChanged,
}: {
  readonly tokens: Tokens
  /** Takes the focus when the row that had it is gone. */
  readonly finalFocus: RefObject<HTMLElement | null>
  readonly onChanged: () => void
}) => {
  const t = useTranslations('token')
  const [revoking, setRevoking] = useState<AccessTokenView | null>(null)
  const [nowMs] = useState(() => Date.now())
  switch (tokens.kind) {
    case 'loading':
      return (
        <p className={styles.waiting}>
          <Spinner />
          {t('loading')}
        </p>
      )
    case 'failed':
      return (
        <Notice tone="danger" icon="warning" announce="at_once">
          {tokens.failure.code === 'not_found' ? t('absent') : <FailureText failure={tokens.failure} />}
        </Notice>
      )
    case 'ready':
      return (
        <>
          {tokens.tokens.length === 0 ? (
            <p className={styles.soft}>{t('none')}</p>
          ) : (
            <ul className={styles.tokens} aria-label={t('list')}>
              {tokens.tokens.map((token) => (
                <TokenRow key={token.id} token={token} nowMs={nowMs} onRevoke={() => setRevoking(token)} />
              ))}
            </ul>
          )}
          {revoking && (
            <RevokeDialog
              token={revoking}
              finalFocus={finalFocus}
              onClose={() => setRevoking(null)}
              onRevoked={() => {
                setRevoking(null)
                onChanged()
              }}
            />
          )}
        </>
      )
  }
}
