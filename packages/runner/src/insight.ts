export { criticalPath, type PathStep } from './lib/insight/critical-path.ts'
export { parallelism, type Parallelism } from './lib/insight/parallelism.ts'
export { lengthOf, type AttemptEnd, type Halt, type RunTimeline, type Span, type StepTimeline, type WaitKind } from './lib/insight/run-timeline.ts'
export { timelineOf, TimelineFold } from './lib/insight/timeline-fold.ts'
