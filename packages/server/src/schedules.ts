export { listSchedules, type ListedFiring, type ListedSchedule, type ListSchedulesOptions } from './lib/schedules/list-schedules.ts'
export type { Firing, FiringState } from './lib/schedules/firings.ts'
export type { Broken, Scheduled } from './lib/schedules/scheduled-recipes.ts'
export { brokenAnswer, scheduleAnswer } from './lib/schedules/schedule-answer.ts'
