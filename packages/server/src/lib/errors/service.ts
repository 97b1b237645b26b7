/** What can be wrong with the service itself. */
export const SERVICE_ERRORS = {
  SERVER_CONFIG: 'A setting of the service is unknown or has a wrong value.',
  SERVER_LISTEN: 'The address cannot be listened on.',
  SERVER_STOPPING: 'The service is shutting down and takes nothing more in.',
  SERVER_OVERLOADED: 'The service has as much to do as its limits allow; nothing was taken in.',
  AUDIT_UNAVAILABLE: 'The audit log cannot be read or written; what was asked for was not done.',
  JOBS_ABSENT: 'The service was made without jobs.',
  SERVER_INTERNAL: 'The service itself failed; its log says more.',
} as const
