import { limits } from '@sotto/client'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { DialogActions } from '../../ui/Dialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { OptionCards } from '../../ui/OptionCards.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { type Reach, reaches, scopesOf } from './reach.ts'
import styles from './TokensDialog.module.css'

const lengths = { week: 7, month: 30, quarter: 90, year: 365 } as const

type Length = keyof typeof lengths

const lengthNames = ['week', 'month', 'quarter', 'year'] as const satisfies readonly Length[]

/** A token that was made, the only time that it is seen. */
export interface Made {
  readonly label: string
  readonly token: string
  readonly reach: Reach
}

export const TokenForm = ({
  onCancel,
  onMade,
}: {
  readonly onCancel: () => void
  readonly onMade: (made: Made) => void
}) => {
  const t = useTranslations()
  const client = useClient()
  const { attempt, run } = useAttempt()
  const field = useRef<HTMLInputElement>(null)
  const [label, setLabel] = useState('')
  const [reach, setReach] = useState<Reach>('all')
  const [length, setLength] = useState<Length>('quarter')
  const [checked, setChecked] = useState(false)
  const isMissing = checked && label.trim() === ''
  const isTooMany = attempt.kind === 'failed' && attempt.failure.code === 'forbidden'

  useEffect(() => field.current?.focus(), [])

  const submit = async () => {
    setChecked(true)
    if (attempt.kind === 'busy' || label.trim() === '') return
    await run(async () => {
      const wanted = { label: label.trim(), scopes: scopesOf(reach), days: lengths[length] }
      const { token } = await client.createAccessToken(wanted)
      onMade({ label: wanted.label, token, reach })
    })
  }

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextField
        ref={field}
        label={t('token.name')}
        value={label}
        onChange={setLabel}
        hint={t('token.nameHint')}
        problem={isMissing && t('token.nameMissing')}
        maxLength={limits.accessTokenLabelCharactersMax}
        autoComplete="off"
        dir="auto"
      />
      <div className={styles.part}>
        <h3 className={styles.heading}>{t('token.reach')}</h3>
        <OptionCards
          label={t('token.reach')}
          value={reach}
          onChange={setReach}
          options={reaches.map((value) => ({
            value,
            label: t(`token.reachLabel.${value}`),
            text: t(`token.reachText.${value}`),
          }))}
        />
      </div>
      <Choice
        label={t('token.days')}
        value={length}
        onChange={setLength}
        options={lengthNames.map((value) => ({ value, label: t(`token.daysCount.${value}`) }))}
      />
      {isTooMany ? (
        <Notice tone="danger" icon="warning" announce="at_once">
          {t('token.tooMany')}
        </Notice>
      ) : (
        <FailureNotice attempt={attempt} />
      )}
      <DialogActions>
        <Button onClick={onCancel}>{t('cancel')}</Button>
        <Button type="submit" look="primary" busy={attempt.kind === 'busy'}>
          {t('token.confirm')}
        </Button>
      </DialogActions>
    </form>
  )
}
