// Serves the contract server until its standard input ends; prints its address: `node serve.ts [LATENCY_MS [SAMPLE]]`.
import { argv, stdin, stdout } from 'node:process'
import { ContractServer } from './contract-server.ts'

const server = new ContractServer({ latencyMs: Number(argv[2] ?? 0), sample: Number(argv[3] ?? 1) })
stdout.write(`${await server.listen()}\n`)
stdin.resume()
stdin.on('end', () => void server.close())
