/** What can be wrong with an event, and with what is done with events. */
export const EVENT_ERRORS = {
  EVENT_INVALID: 'An event, or a raw object, lacks a field or holds one of the wrong kind.',
  EVENT_TOO_LARGE: 'The payload of an event is larger than the limit.',
  EVENT_SECRET: 'An event, or a raw object, holds a declared secret.',
  EVENTS_CLOSED: 'Events were emitted, or asked for, after the client was closed.',
  EVENTS_OPTION_INVALID: 'A setting of the events is none, or does not go with another.',
  EVENTS_QUERY_FAILED: 'The database refused a query over events.',
} as const
