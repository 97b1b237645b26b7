/** What can be wrong with a request. */
export const REQUEST_ERRORS = {
  REQUEST_INVALID: 'A path, query, header or body does not fit what the route takes; `errors` lists each field.',
  REQUEST_JSON: 'The body is not well-formed JSON, or not UTF-8.',
  REQUEST_TOO_DEEP: 'The lists and objects of the body are nested deeper than the limit.',
  REQUEST_TOO_LARGE: 'The body, or the path, is larger than the limit.',
  REQUEST_MEDIA_TYPE: 'The body is of a media type that the route does not take.',
  REQUEST_ROUTE: 'There is no such path.',
  REQUEST_METHOD: 'The path is there, but does not take this method.',
  RUN_STEP_ABSENT: 'The run has no step of this name.',
  RUN_WRITE_ABSENT: 'The event wrote no value under this key.',
  REQUEST_RANGE: 'The range of bytes that is asked for begins behind the end of the file.',
  ARTIFACT_UNKNOWN: 'No step of the run recorded a file of this name.',
  ARTIFACT_GONE: 'A file that a step recorded is gone, or is not what was recorded any more.',
  IDEMPOTENCY_CONFLICT: 'An idempotency key was used for another request, or the same is being asked for at this moment.',
  RECIPE_UNKNOWN: 'The workspace has no recipe of this name.',
} as const
