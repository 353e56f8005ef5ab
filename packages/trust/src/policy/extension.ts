/** Type of the GroupContext extension that carries a room's policy; from the range for private use. */
export const policyExtensionType = 0xf0e1
