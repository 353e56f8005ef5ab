/**
 * Why something that came under a hook's name is not shown as its word: what the server says to the script, what each
 * client records in its place. The first eight are of the form, which anybody can judge.
 */
export const hookFaults = [
  'too_large',
  /** Not the parts of a compact JWE or JWS. */
  'form',
  'base64',
  'json',
  /** Other members than exactly those that the header has. */
  'header',
  'algorithm',
  /** A part of another length than its algorithm gives it. */
  'length',
  /** No JOSE header at all: what the server has put around it. */
  'entry',

  /** The room's policy has no such hook, or has it no more. */
  'unknown_hook',
  /** This device has not been given the keys of the hook yet. */
  'keyless',
  /** Sealed to a key that the hook never had, or has no more. */
  'unknown_key',
  /** Sealed to the key that it names, and does not open. */
  'sealed',
  'inner_form',
  'inner_base64',
  'inner_json',
  'inner_header',
  'inner_algorithm',
  /** Signed in the name of another key than the script's. */
  'sender',
  'signature',
  'claims',
  /** It names another hook. */
  'issuer',
  /** It is for another room. */
  'audience',
  /** Not made within ten minutes of the log's time. */
  'stale',
  'expired',
  /** Its id has been used before. */
  'replayed',
  /** It says nothing. */
  'empty',
  /** It says more than a message may, and than any server takes that sees how much is sealed. */
  'text_too_long',
] as const
export type HookFault = (typeof hookFaults)[number]
