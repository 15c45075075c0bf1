import { execFileSync } from 'node:child_process';

/** CLI tests and worker threads run the built program, so the build comes first. */
export default function buildOnce(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
}
