// The folders of a package need each other in one direction. Tests, and what serves them alone, may look anywhere.
import { options } from './dependency-cruiser.mjs'

export default {
  forbidden: [
    {
      name: 'no-cycle-of-folders',
      severity: 'error',
      comment: 'two folders that need each other are one part, or three',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...options, exclude: { path: `${options.exclude.path}|\\.(test|testsuite|fixture)\\.tsx?$|^packages/[^/]+/test/` } },
}
