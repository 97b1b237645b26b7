/** Who may ask for what, and how often. */
export const ACCESS_ERRORS = {
  AUTH_REQUIRED: 'The request has no key, and the service asks for one.',
  AUTH_INVALID: 'The key or token that came with the request does not count.',
  AUTH_SCOPE: 'The key or token does not allow what is asked for.',
  AUTH_UNAVAILABLE: 'The public keys that tokens are checked with cannot be had.',
  HOST_REFUSED: 'The service was asked under a name that it does not go by.',
  ORIGIN_REFUSED: 'A page of another site had a browser send the request.',
  RATE_LIMITED: 'There were more requests, or more wrong keys, than the limit allows.',
  SERVER_OPEN: 'The service was to listen to other machines without asking for keys.',
  KEYS_UNAVAILABLE: 'The file of the keys cannot be read or written.',
  KEY_UNKNOWN: 'There is no key of this id.',
} as const
