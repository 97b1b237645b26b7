export { createServer, type LorcServer, type ServerOptions } from './lib/server.ts'
export { ServerError, ERROR_CODES, type ErrorCode } from './lib/errors.ts'
export type { ServiceConfig } from './lib/config.ts'
export type { ServiceLog } from './lib/log.ts'
