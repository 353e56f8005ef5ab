/** Hashes of RSA-OAEP that old programs use, the likelier one first. */
export const oaepHashes = ['sha256', 'sha1'] as const

export type OaepHash = (typeof oaepHashes)[number]
