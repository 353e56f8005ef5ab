import styles from './Icon.module.css'

/** Strokes on a grid of 20, drawn for this interface. */
const paths = {
  back: 'M12.5 4.5 7 10l5.5 5.5',
  close: 'M5 5l10 10M15 5 5 15',
  plus: 'M10 4v12M4 10h12',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.8 3.8',
  people:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c.4-3 2.6-4.7 5.5-4.7s5.1 1.7 5.5 4.7M13 3.9a2.8 2.8 0 0 1 0 5.3M15.2 12.3c1.6.6 2.6 2.1 2.8 4.2',
  invite:
    'M8.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 16.5c.4-3 2.6-4.7 5.5-4.7 1 0 2 .2 2.8.6M15 11.5v5M12.5 14h5',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  send: 'M10 16V4.5M5 9.3l5-5 5 5',
  down: 'M10 4v11.5M5 10.7l5 5 5-5',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.2l2.6 1.7',
  check: 'M4.5 10.6 8.3 14.4 15.5 6.4',
  warning: 'M10 3.4 17.4 16.2H2.6zM10 8v3.6M10 13.9h.01',
  lock: 'M5.5 9h9v7.5h-9zM7.2 9V6.4a2.8 2.8 0 0 1 5.6 0V9',
  eye: 'M2.2 10S5 4.8 10 4.8 17.8 10 17.8 10 15 15.2 10 15.2 2.2 10 2.2 10zM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z',
  eyeOff:
    'M4.6 6.3C3 7.9 2.2 10 2.2 10S5 15.2 10 15.2c1.3 0 2.5-.4 3.5-.9M8 5c.6-.1 1.3-.2 2-.2 5 0 7.8 5.2 7.8 5.2s-.6 1.2-1.7 2.4M8.4 8.4a2.3 2.3 0 0 0 3.2 3.2M3 3l14 14',
  leave: 'M8 3.5H4.5v13H8M12 6.5l3.5 3.5-3.5 3.5M15.5 10H8',
  settings:
    'M3 6.2h6.3M14.2 6.2H17M3 13.8h2.8M10.7 13.8H17M11.75 8.6a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8zM8.25 16.2a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z',
  keyboard: 'M2.5 5h15v10h-15zM5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M5.5 12h.01M14.5 12h.01M8 12h4',
  copy: 'M7.5 7.5h9v9h-9zM12.5 7.5v-4h-9v9h4',
  mail: 'M2.8 5h14.4v10H2.8zM3 5.4l7 5.6 7-5.6',
  unreadable: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM5.1 5.1l9.8 9.8',
  snow: 'M10 2.5v15M3.5 6.2l13 7.6M16.5 6.2l-13 7.6M8 3.8l2 2 2-2M8 16.2l2-2 2 2',
  sun: 'M10 13.4a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8zM10 2.5v1.4M10 16.1v1.4M2.5 10h1.4M16.1 10h1.4M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1',
  moon: 'M16.4 12.2A7 7 0 0 1 7.8 3.6a7 7 0 1 0 8.6 8.6z',
  screen: 'M2.8 4h14.4v9.5H2.8zM7 16.5h6M10 13.5v3',
} as const

export type IconName = keyof typeof paths

export const Icon = ({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) => (
  <svg
    className={styles.icon}
    width={size}
    height={size}
    viewBox="0 0 20 20"
    aria-hidden="true"
    focusable="false"
    data-icon={name}
  >
    <path d={paths[name]} />
  </svg>
)
