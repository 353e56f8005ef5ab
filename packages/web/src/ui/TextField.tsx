import { useId } from 'react'
import type { ComponentProps, ReactNode } from 'react'
import { classes } from './classes.ts'
import styles from './TextField.module.css'

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'id' | 'onChange' | 'value' | 'size'> {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: ReactNode
  /** What is wrong with it; announced when it appears. */
  readonly problem?: ReactNode
  /** Stands inside the field, at its end. */
  readonly trailing?: ReactNode
}

/** A labelled line of text; its hint and its problem are read out with it. */
export const TextField = ({
  label,
  value,
  onChange,
  hint,
  problem,
  trailing,
  className,
  ...rest
}: TextFieldProps) => {
  const id = useId()
  const hintId = `${id}-hint`
  const problemId = `${id}-problem`
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={classes(styles.frame, Boolean(problem) && styles.wrong)}>
        <input
          {...rest}
          id={id}
          className={classes(styles.input, className)}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          aria-invalid={problem ? true : undefined}
          aria-describedby={classes(Boolean(problem) && problemId, Boolean(hint) && hintId) || undefined}
        />
        {trailing}
      </div>
      <div id={problemId} className={styles.problem} role="alert">
        {problem}
      </div>
      {hint && (
        <div id={hintId} className={styles.hint}>
          {hint}
        </div>
      )}
    </div>
  )
}
