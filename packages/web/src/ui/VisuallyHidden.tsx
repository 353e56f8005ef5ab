import type { ReactNode } from 'react'

/** Said by screen readers, not shown. */
export const VisuallyHidden = ({ children }: { readonly children: ReactNode }) => (
  <span className="visuallyHidden">{children}</span>
)
