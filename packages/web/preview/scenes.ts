/** Where the preview begins. */
export const scenes = [
  'none',
  'by_invitation',
  'closed',
  'signed_out',
  'first',
  'desk',
  'offline',
  'connecting',
  'slower',
  'no_answer',
  'untrusted',
  'refused',
  'halted',
  'recovery',
  'bots',
  'unread',
  'directions',
  'broken',
  'slow',
] as const
export type Scene = (typeof scenes)[number]
