/** Embeddings, overrides and isolates, and the characters that end them. Marks of one direction stay: they open nothing. */
const directing = /[\u202a-\u202e\u2066-\u2069]/gu

/**
 * The text without what directs text around it. An element that isolates is not enough: a character that ends an
 * isolate ends that of the element too, and what follows turns the words, names and times behind it.
 */
export const undirected = (text: string): string => text.replace(directing, '')
