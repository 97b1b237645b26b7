import { library } from '../../tools/config/tsup.ts'

export default library('index', 'recipe', 'expressions', 'insight', 'jobs', 'records', 'testing')
