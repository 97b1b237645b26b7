import { describe, it } from 'vitest'
import { describeRunStore } from '../store.testsuite.ts'
import { createMemoryStore } from './memory.ts'

describeRunStore('memory', { createMedium: () => ({ open: createMemoryStore }), shared: false }, { describe, it })
