/** Problems of a request of a step of type `http`. They are what `retry.on` names. */
export const HTTP_ERRORS = {
  HTTP_REQUEST_INVALID: 'A request cannot be made as it is written: its URL, a header, its method or its body.',
  HTTP_UNREACHABLE: 'The server did not answer, or the connection broke off; details.code says how.',
  HTTP_STATUS: 'The answer has a status that `expect` does not name; details hold it and how the body begins.',
  HTTP_REDIRECT_REFUSED: 'A redirect leads from https to plain http, to something else, or was one too many.',
  HTTP_BODY_TOO_LARGE: 'The body of the answer is larger than 10 MiB.',
  HTTP_BODY_INVALID: 'The body of the answer says that it is JSON, and is not.',
} as const
