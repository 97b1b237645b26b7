import { describe, expect, it } from 'vitest'
import { recipeOf, serviceFixture } from '../service.fixture.ts'

const files = { 'recipes/one.yaml': recipeOf('first', 'a'), 'a.sh': '' }

describe('GET /openapi.json and /docs', () => {
  it('describe the service, and show it with nothing from elsewhere', async () => {
    const { ask } = await serviceFixture({ config: { server: { auth: { required: true } } } })
    expect((await ask('GET', '/openapi.json')).body).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
    const page = await ask('GET', '/docs')
    expect(page).toMatchObject({ status: 200, headers: { 'content-security-policy': expect.stringContaining("script-src 'self'") as unknown } })
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!)
    expect(links.filter((link) => !link.startsWith('/') && link !== 'data:,')).toEqual([])
    expect(page.text).not.toMatch(/<script>|style=|onload/)
    for (const link of links.filter((one) => one.startsWith('/'))) expect((await ask('GET', link)).status, link).toBe(200)
    for (const other of ['index.html', 'swagger-initializer.js', '../package.json', 'swagger-ui.js']) expect((await ask('GET', `/docs/assets/${other}`)).status, other).toBeGreaterThanOrEqual(400)
  })
})

describe('GET /metrics', () => {
  it('tells what the service did, and what it has to do', async () => {
    const { ask } = await serviceFixture({ files, config: { server: {}, modules: { macro: { url: 'http://127.0.0.1:9' } } } })
    await ask('POST', '/recipes/one/runs', {}, { prefer: 'wait=10' })
    await ask('GET', '/runs/run_x')
    await ask('GET', '/nothing/at/all')
    const { status, text, headers } = await ask('GET', '/metrics')
    expect([status, String(headers['content-type']).split(';')[0]]).toEqual([200, 'text/plain'])
    const value = (pattern: string): number => Number(new RegExp(`^${pattern} (\\S+)$`, 'm').exec(text)?.[1])
    expect(value('lorc_http_request_duration_seconds_count{method="GET",route="/runs/:run_id",status="404"}')).toBe(1)
    expect(value('lorc_http_request_duration_seconds_count{method="POST",route="/recipes/:name/runs",status="200"}')).toBe(1)
    expect(text).not.toContain('run_x')
    expect(text).not.toContain('/nothing')
    expect(value('lorc_runs_ended_total{status="completed"}')).toBe(1)
    expect(value('lorc_runs_driven')).toBe(0)
    expect(value('lorc_runs_waiting')).toBe(0)
    expect(value('lorc_readers')).toBe(0)
    expect(value('lorc_module_circuit_open{module="macro"}')).toBe(0)
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0)
  })
})
