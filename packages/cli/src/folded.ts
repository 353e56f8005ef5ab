/** A name as it is compared where somebody types it: width and case make no difference. */
export const folded = (name: string): string => name.normalize('NFKC').toLowerCase()
