const env = process.env;
const held = [env.STATE_name, JSON.stringify(env.STATE_lines), JSON.stringify(env.STATE_old), env['INPUT_A-B'], env.INPUT_FAIL];
require('fs').appendFileSync('js.log', `post ${held.join('|')}\n`);
