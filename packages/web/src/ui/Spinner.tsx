import styles from './Spinner.module.css'

/** Something is under way; the words beside it say what. */
export const Spinner = ({ size = 16 }: { readonly size?: number }) => (
  <svg
    className={styles.spinner}
    width={size}
    height={size}
    viewBox="0 0 20 20"
    aria-hidden="true"
    focusable="false"
  >
    <circle className={styles.track} cx="10" cy="10" r="7.5" />
    <path className={styles.arc} d="M10 2.5a7.5 7.5 0 0 1 7.5 7.5" />
  </svg>
)
