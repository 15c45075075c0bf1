/** Help, usage errors and the separation of stdout and stderr. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { runCli } from '../helpers/run-cli.js';

const COMMANDS = createProgram().commands.map((command) => command.name());

describe('help', () => {
  it('lists commands and exit codes on stdout', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const exit of ['0', '1', '2', '3', '4', '70', '130'])
      expect(stdout).toMatch(new RegExp(`^  ${exit} `, 'm'));
  });

  it.each(COMMANDS)('%s --help has examples and the common options', async (name) => {
    const { code, stdout, stderr } = await runCli([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Examples:\n  $ napcert ${name}`);
    for (const option of ['--json', '--quiet', '--help']) expect(stdout).toContain(option);
  });

  it('the version is the one of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('usage errors end with 2 and leave stdout empty', () => {
  it.each([
    [[], 'Usage: napcert'],
    [['inspct', 'm.onnx'], 'Did you mean inspect?'],
    [['inspect'], "missing required argument 'model'"],
    [['inspect', 'a.onnx', 'b.onnx'], 'too many arguments'],
    [['inspect', 'a.onnx', '--jsn'], 'Did you mean --json?'],
    [['evaluate', 'a.onnx', '--dta', 'mnist'], 'Did you mean --data?'],
    [['verify', 'a.onnx', '--ouput', 'c.json'], 'Did you mean --output?'],
    [['verify', 'a.onnx'], "required option '-o, --output <file>'"],
    [['export', 'a.onnx', '-o', 'f'], "required option '--format <name>'"],
    [['evaluate', 'a.onnx'], "required option '--data <path>'"],
    [['evaluate', 'a.onnx', '--data'], "'--data <path>' argument missing"],
    [['evaluate', 'a.onnx', '--data', 'mnist', '--scale', 'x'], 'Allowed choices are unit, raw'],
    [['evaluate', 'a.onnx', '--data', 'mnist', '--limit', '1e3'], '--limit'],
    [
      ['mine', 'a.onnx', '--data', 'mnist', '--delta', '1', '-o', 'f', '--group-by', 'x'],
      'label, prediction',
    ],
    [['mine', 'a.onnx', '--data', 'mnist', '-o', 'f'], "required option '--delta <list>'"],
    [['mine', 'a.onnx', '--data', 'mnist', '--delta', '1,,0.9', '-o', 'f'], '--delta'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
