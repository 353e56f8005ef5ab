import { useId } from 'react'
import { useTranslations } from 'use-intl'
import { preferences, usePreferences } from '../../client/preferences/usePreferences.ts'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { coded } from '../../ui/coded.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Toggle } from '../../ui/Toggle.tsx'
import { BlockedList } from './BlockedList.tsx'
import styles from './SettingsDialog.module.css'

export const SettingsDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations('settings')
  const ofTokens = useTranslations('token')
  const close = useTranslations()('close')
  const { theme, formatting } = usePreferences()
  const tokensHint = useId()
  const { situation, ways } = useWorkspace()
  const { name, server } = situation.account
  return (
    <Dialog open={open} onClose={onClose} title={t('title')} closeLabel={close}>
      <Choice
        label={t('theme')}
        value={theme}
        onChange={(chosen) => preferences.change({ theme: chosen })}
        options={[
          { value: 'system', label: t('themes.system'), icon: 'screen' },
          { value: 'light', label: t('themes.light'), icon: 'sun' },
          { value: 'dark', label: t('themes.dark'), icon: 'moon' },
        ]}
      />
      <Toggle
        label={t('formatting')}
        hint={t('formattingHint')}
        checked={formatting}
        onChange={(checked) => preferences.change({ formatting: checked })}
      />
      <div className={styles.way}>
        <span className={styles.words}>
          <span className={styles.title}>{ofTokens('item')}</span>
          <span id={tokensHint} className={styles.hint}>
            {ofTokens('itemHint')}
          </span>
        </span>
        <Button size="small" aria-describedby={tokensHint} onClick={() => ways.open('tokens')}>
          {ofTokens('manage')}
        </Button>
      </div>
      {open && <BlockedList />}
      <dl className={styles.facts}>
        <div className={styles.fact}>
          <dt>{t('accountName')}</dt>
          <dd>
            <bdi>{name}</bdi>
          </dd>
        </div>
        <div className={styles.fact}>
          <dt>{t('accountServer')}</dt>
          <dd>
            <bdi>{server}</bdi>
          </dd>
        </div>
      </dl>
      <p className={styles.hint}>{t.rich('accountServerHint', coded)}</p>
    </Dialog>
  )
}
