import { describe, expect, it } from 'vitest'
import { firingTimes } from '@lorc/runner/recipe'
import { dueTimes, MOST_CAUGHT_UP } from './due-times.ts'

const at = (text: string): number => Date.parse(`2026-01-${text}Z`)
const shown = (times: readonly { at: number; missed: boolean }[]): string[] => times.map((time) => `${new Date(time.at).toISOString().slice(8, 16)}${time.missed ? ' missed' : ''}`)
const daily = firingTimes('0 6 * * *', 'UTC')

function due(from: string, to: string, catchUp: 'none' | 'last' | 'all', times = daily) {
  const { fire, seenTo } = dueTimes(times, at(from), at(to), catchUp)
  return { fire: shown(fire), seenTo: seenTo === null ? null : new Date(seenTo).toISOString().slice(8, 16) }
}

describe('due times', () => {
  it('are those that have just come, whatever is to be made up for', () => {
    for (const catchUp of ['none', 'last', 'all'] as const) {
      expect(due('09T06:00', '10T06:00', catchUp)).toEqual({ fire: ['10T06:00'], seenTo: '10T06:00' })
      expect(due('09T06:00', '10T06:00:59', catchUp)).toEqual({ fire: ['10T06:00'], seenTo: '10T06:00' })
      expect(due('09T06:00', '10T05:59', catchUp)).toEqual({ fire: [], seenTo: null })
      expect(due('09T06:00', '09T06:00', catchUp)).toEqual({ fire: [], seenTo: null })
    }
  })

  it('are, after a downtime, none, the last or all of those that were missed', () => {
    expect(due('05T12:00', '09T12:00', 'none')).toEqual({ fire: [], seenTo: '09T06:00' })
    expect(due('05T12:00', '09T12:00', 'last')).toEqual({ fire: ['09T06:00 missed'], seenTo: '09T06:00' })
    expect(due('05T12:00', '09T12:00', 'all')).toEqual({ fire: ['06T06:00 missed', '07T06:00 missed', '08T06:00 missed', '09T06:00 missed'], seenTo: '09T06:00' })
  })

  it('make up for nothing but the one that has just come, unless all are to be made up for', () => {
    expect(due('05T12:00', '09T06:00:30', 'last').fire).toEqual(['09T06:00'])
    expect(due('07T12:00', '09T06:00:30', 'all').fire).toEqual(['08T06:00 missed', '09T06:00'])
  })

  it('are several where the service was late', () => {
    expect(due('09T06:00', '09T06:01:30', 'none', firingTimes('* * * * *', 'UTC')).fire).toEqual(['09T06:01'])
    expect(due('09T05:59', '09T06:00:59', 'last', firingTimes('* * * * *', 'UTC')).fire).toEqual(['09T06:00'])
  })

  it('are at most the last hundred, found at once after years', () => {
    const minutes = firingTimes('* * * * *', 'UTC')
    const { fire, seenTo } = dueTimes(minutes, Date.UTC(1996, 0, 1), at('09T12:00'), 'all')
    expect([fire.length, shown(fire.slice(0, 1)), seenTo]).toEqual([MOST_CAUGHT_UP, ['09T10:21 missed'], at('09T12:00')])
    const seldom = firingTimes('0 0 29 2 *', 'UTC')
    expect(dueTimes(seldom, Date.UTC(1996, 0, 1), at('09T12:00'), 'all').fire.map((time) => new Date(time.at).getUTCFullYear())).toEqual([1996, 2000, 2004, 2008, 2012, 2016, 2020, 2024])
  })
})
