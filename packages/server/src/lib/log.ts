/** Where the service says what it does. A line each; whoever writes it keeps control characters out of it. */
export type ServiceLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) => void
