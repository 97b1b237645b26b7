/** Problems of the medium that keeps runs. */
export const STORE_ERRORS = {
  STORE_UNAVAILABLE: 'The store cannot be opened or written.',
  STORE_FULL: 'The disk or the database is full.',
  STORE_CORRUPT: 'The stored data cannot be read.',
  STORE_VERSION: 'The store was written by a newer version of lorc.',
  STORE_CLOSED: 'The store was closed.',
} as const
