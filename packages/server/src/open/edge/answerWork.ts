/** What an answer costs that was read, written as JSON and sent, in microseconds of one core. */
export const answerUs = (characters: number): number => (2 * characters) / 100
