import { useId } from 'react'
import type { ReactNode } from 'react'
import styles from './OptionCards.module.css'

export interface OptionCard<Value extends string> {
  readonly value: Value
  readonly label: string
  readonly text: ReactNode
}

/** One of a few that need a sentence each: native radio buttons, one below the other. */
export const OptionCards = <Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  /** For screen readers; the heading of the place says it to the others. */
  readonly label: string
  readonly value: Value
  readonly options: readonly OptionCard<Value>[]
  readonly onChange: (value: Value) => void
}) => {
  const name = useId()
  return (
    <fieldset className={styles.options}>
      <legend className="visuallyHidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.option}>
          <input
            className={styles.input}
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            aria-labelledby={`${name}-${option.value}`}
            aria-describedby={`${name}-${option.value}-text`}
          />
          <span className={styles.words}>
            <span className={styles.label} id={`${name}-${option.value}`}>
              {option.label}
            </span>
            <span className={styles.text} id={`${name}-${option.value}-text`}>
              {option.text}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
