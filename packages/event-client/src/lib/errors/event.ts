/** What can be wrong with an event, and with what is done with events. */
export const EVENT_ERRORS = {
  EVENT_INVALID: 'An event, or a raw object, lacks a field, holds one of the wrong kind, or has one of a name that none has.',
  EVENT_TOO_LARGE: 'The payload of an event is larger than the limit.',
  EVENT_SECRET: 'An event, or a raw object, holds a declared secret.',
  EVENTS_CLOSED: 'Events were emitted, or asked for, after the client was closed.',
  EVENTS_OPTION_INVALID: 'A setting of the events is none, or does not go with another.',
  EVENTS_ELSEWHERE: 'A query reads events, and they are in a sink that cannot be asked.',
  EVENTS_QUERY_FAILED: 'The database refused a query over events.',
  EVENTS_REJECTED: 'The sink refuses events for good; details.reasons says why, and they are in `dead_letters`.',
  EVENTS_UNDELIVERED: 'The sink did not take events within the patience, or says that it will not; they stay in the outbox.',
  EVENTS_BATCH_REFUSED: 'A sink refuses a batch as such; it is cut in halves to find the row that is at fault.',
  EVENTS_SINK_SLOW: 'A sink did not answer within the time that a batch may take.',
  EVENTS_SINK_FAILED: 'A sink could not be reached, or failed.',
} as const
