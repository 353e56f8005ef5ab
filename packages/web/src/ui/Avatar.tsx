import styles from './Avatar.module.css'
import { classes } from './classes.ts'

const hues = [15, 55, 95, 145, 185, 240, 285, 335] as const

/** Equal ids have equal colours on every device. */
const hueOf = (id: string): number => {
  let sum = 7
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return hues[sum % hues.length] ?? hues[0]
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

const initialOf = (name: string): string => {
  for (const { segment } of graphemes.segment(name.trim())) return segment.toLocaleUpperCase()
  return ''
}

/** Decoration: the name always stands beside it. People are round, rooms are not. */
export const Avatar = ({
  id,
  name,
  shape,
  size = 'medium',
}: {
  readonly id: string
  readonly name: string
  readonly shape: 'person' | 'room'
  readonly size?: 'small' | 'medium' | 'large'
}) => (
  <span
    className={classes(styles.avatar, styles[shape], styles[size])}
    style={{ '--hue': hueOf(id) } as React.CSSProperties}
    aria-hidden="true"
  >
    {initialOf(name)}
  </span>
)
