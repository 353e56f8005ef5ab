import { useTranslations } from 'use-intl'
import styles from './SafetyDigits.module.css'

/** Sixty digits in groups of five, as one reads them to somebody. */
export const SafetyDigits = ({ digits }: { readonly digits: string }) => {
  const t = useTranslations('verification')
  const groups = digits.match(/.{5}/g) ?? []
  return (
    <ol className={styles.digits} aria-label={t('digits')} dir="ltr">
      {groups.map((group, at) => (
        // Two groups may be the same, and none ever changes its place.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={at}>{group}</li>
      ))}
    </ol>
  )
}
