/**
 * Who has used the id of a message, and in which entry of the room's log. Senders choose the ids: several devices may
 * use the same one, and one device uses it once.
 */
export interface Use {
  /** In hex. */
  readonly device: string
  /** Null where the log has no record of the message. */
  readonly seq: number | null
}

/** `<device>@<seq>`, one behind the other, or the device alone. */
export const encodeUses = (uses: readonly Use[]): Uint8Array => {
  const text = uses.map(({ device, seq }) => (seq === null ? device : `${device}@${seq}`)).join(' ')
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

export const decodeUses = (stored: Uint8Array): readonly Use[] =>
  String.fromCharCode(...stored)
    .split(' ')
    .map((use) => {
      const [device = '', seq] = use.split('@')
      return { device, seq: seq === undefined ? null : Number(seq) }
    })

export const isUsedBy = (uses: readonly Use[], device: string): boolean =>
  uses.some((use) => use.device === device)
