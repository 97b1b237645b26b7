export function crowd(times: number, atOnce: number, task: () => Promise<unknown>): Promise<void>
