import { encode } from 'uqr'
import styles from './QrCode.module.css'

/** One path for all dark modules of a line: a picture of a few kilobytes, without an image to load. */
const pathOf = (rows: readonly (readonly boolean[])[]): string =>
  rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')

/** Dark on light in every theme: cameras read nothing else for sure. */
export const QrCode = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { data, size } = encode(text, { border: 2 })
  return (
    <svg className={styles.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect className={styles.light} width={size} height={size} />
      <path className={styles.dark} d={pathOf(data)} shapeRendering="crispEdges" />
    </svg>
  )
}
