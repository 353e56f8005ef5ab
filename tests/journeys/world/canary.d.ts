/** Every form in which a secret could leak without being sealed. */
export declare const formsOf: (secret: string) => readonly Buffer[]
/** Names of the places in which a secret occurs in any form. */
export declare const leaks: (
  secrets: Readonly<Record<string, string>>,
  places: ReadonlyMap<string, Buffer>,
) => readonly string[]
/** Every file under a directory, with its bytes. */
export declare const filesUnder: (directory: string) => ReadonlyMap<string, Buffer>
