const fewEmoji = /^(?:\p{RGI_Emoji}){1,3}$/v

/** One to three emoji and nothing else: they may be large. */
export const isOnlyEmoji = (text: string): boolean => text.length <= 48 && fewEmoji.test(text.trim())
