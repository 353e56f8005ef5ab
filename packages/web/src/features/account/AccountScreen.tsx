import type { AccountView } from '@sotto/client'
import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Logo, LowQuote } from '../../ui/Logo.tsx'
import styles from './AccountScreen.module.css'
import { ForgetDevice } from './ForgetDevice.tsx'
import { SignInForm } from './SignInForm.tsx'
import { SignUpForm } from './SignUpForm.tsx'

/** What people meet before they are in: making an account, or coming back to it. */
export const AccountScreen = ({
  account,
  notice,
}: {
  readonly account: Exclude<AccountView, { kind: 'signed_in' }>
  /** What whoever sets up the server should know first. */
  readonly notice?: ReactNode
}) => {
  const t = useTranslations('account')
  const product = useTranslations()('product')
  const [form, setForm] = useState<'sign_up' | 'sign_in'>('sign_up')
  const known = account.kind === 'signed_out' ? account.name : null
  const signsIn = known !== null || form === 'sign_in'

  return (
    <div className={styles.screen}>
      <header className={styles.brand}>
        <div className={styles.mark}>
          <Logo size={36} />
          <span className={styles.word}>{product}</span>
        </div>
        <div className={styles.promise}>
          <p className={styles.promiseTitle}>{t('promise')}</p>
          <p className={styles.promiseText}>{t('promiseText')}</p>
        </div>
        <LowQuote className={styles.voices} />
      </header>
      <main className={styles.main}>
        <div className={styles.card}>
          {notice}
          <div className={styles.head}>
            <h1 className={styles.title}>
              {known !== null ? t('backTitle') : signsIn ? t('signInTitle') : t('signUpTitle')}
            </h1>
            {known !== null && <p className={styles.lead}>{t('backText')}</p>}
          </div>
          {signsIn ? <SignInForm key={known} known={known} /> : <SignUpForm />}
          <div className={styles.other}>
            {known !== null ? (
              <ForgetDevice name={known} />
            ) : (
              <>
                <span>{signsIn ? t('noAccount') : t('haveAccount')}</span>
                <Button look="quiet" size="small" onClick={() => setForm(signsIn ? 'sign_up' : 'sign_in')}>
                  {signsIn ? t('signUpTitle') : t('signInTitle')}
                </Button>
              </>
            )}
          </div>
          <p className={styles.sight}>
            <Icon name="lock" size={18} />
            <span>{t('sight')}</span>
          </p>
        </div>
      </main>
    </div>
  )
}
