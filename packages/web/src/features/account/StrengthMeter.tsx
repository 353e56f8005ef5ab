import { useTranslations } from 'use-intl'
import type { Strength } from './passwordStrength.ts'
import styles from './StrengthMeter.module.css'

const steps = { short: 0, weak: 1, fair: 2, good: 3, strong: 4 } as const

/** Four bars and words; the words alone would do. */
export const StrengthMeter = ({
  strength,
  wordless,
}: {
  readonly strength: Strength
  /** The field says the same already. */
  readonly wordless: boolean
}) => {
  const t = useTranslations('account')
  const step = steps[strength.kind]
  return (
    <div className={styles.meter} data-step={step}>
      <div className={styles.bars} aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => (
          <span key={bar} className={styles.bar} data-on={bar <= step} />
        ))}
      </div>
      {!wordless && (
        <p className={styles.words} role="status">
          {strength.kind === 'short'
            ? t('passwordShort', { missing: strength.missing })
            : t('strength', { level: t(`strengthLevel.${strength.kind}`) })}
          {strength.kind === 'weak' &&
            strength.because !== null &&
            ` ${t(`weakBecause.${strength.because}`)}`}
        </p>
      )}
    </div>
  )
}
