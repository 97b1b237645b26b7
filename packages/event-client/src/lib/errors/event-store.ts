/** Problems of the local database of events. */
export const EVENT_STORE_ERRORS = {
  EVENTS_STORE_UNAVAILABLE: 'The local database of events cannot be opened, read or written.',
  EVENTS_STORE_LOCKED: 'Another process held the local database of events for longer than the patience.',
  EVENTS_STORE_FULL: 'No space is left for the local database of events.',
  EVENTS_STORE_CORRUPT: 'The local database of events is damaged, or no database.',
  EVENTS_STORE_VERSION: 'The local database of events was written by a newer version.',
} as const
