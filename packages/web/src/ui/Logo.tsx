/**
 * The mark of Sotto: the low quotation mark, a voice that begins at the bottom of the line. Decoration only; the
 * word stands beside it wherever it is the name of something.
 */
export const Logo = ({ size = 32 }: { readonly size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="9.5" fill="var(--accent)" />
    <g fill="var(--text-on-accent)">
      <path d={comma(10.6)} />
      <path d={comma(20.6)} />
    </g>
  </svg>
)

/** The two marks alone, for a large and quiet place. */
export const LowQuote = ({ className }: { readonly className: string | undefined }) => (
  <svg className={className} viewBox="6.4 13.4 18.4 13" aria-hidden="true" focusable="false">
    <path d={comma(10.6)} />
    <path d={comma(20.6)} />
  </svg>
)

const comma = (x: number): string =>
  `M${x + 3.7} 17.6a3.7 3.7 0 1 0-4.5 3.6c-.25 1.5-1.15 2.6-2.55 3.4l1.05 1.75C${x + 2} 24.6 ${x + 3.7} 21.6 ${x + 3.7} 17.6z`
