/** Problems of what is kept of a run, and of repeating it. */
export const RECORD_ERRORS = {
  BUNDLE_UNREADABLE: 'The file is not there, cannot be read, or is not a bundle.',
  BUNDLE_VERSION: 'The bundle was written by a newer version of lorc.',
  BUNDLE_DAMAGED: 'The bundle is cut short, or something in it is not what it says it is.',
  REPLAY_ANSWER_MISSING: 'The bundle holds no answer that a step could be given instead of running it.',
} as const
