/** Everything that can be done to the world; each can be left out by name. */
export const faults = [
  'loss',
  'duplication',
  'reordering',
  'delay',
  'partition',
  'client_crash',
  'server_crash',
  'lost_write',
  'client_restore',
  'server_restore',
  'client_full',
  'server_full',
  'client_clock',
  'server_clock',
  'lost_welcome',
  'lost_keys',
  'long_offline',
  'tabs',
  'logout',
  'lie_short',
  'lie_withheld',
  'lie_forked',
  'lie_reordered',
  'lie_dropped',
  'lie_replaced',
  'lie_group_info',
  'lie_directory',
  'lie_ghost',
] as const
export type Fault = (typeof faults)[number]

export const isFault = (name: string): name is Fault => (faults as readonly string[]).includes(name)

/** After these an honest client may have to stop, visibly: what it knew is gone, or somebody lies. */
export const isTreachery = (fault: Fault): boolean => fault.startsWith('lie_') || fault === 'server_restore'
