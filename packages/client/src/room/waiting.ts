import { limits, type WaitingWelcome } from '@sotto/protocol'

/**
 * Whether more Welcomes may wait than the server has listed: an answer has only so many bytes, and the others come when
 * these have been settled. What is not in such a list may be there all the same.
 */
export const mayBeMore = (listed: readonly WaitingWelcome[]): boolean => {
  const bytes = listed.reduce((sum, { welcome, meta }) => sum + welcome.length + (meta?.length ?? 0), 0)
  return bytes + limits.welcomeBytesMax + limits.metaBytesMax > limits.welcomesAnswerBytesMax
}
