/** The commands about brightness, as a user runs them. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProperty } from '../../src/spec/property.js';
import { runCli } from '../helpers/run-cli.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'napcert-brightness-'));
const ZERO_BIAS = 'models/mnist-64x2-zero-bias.onnx';
const file = (name: string): string => join(FOLDER, name);

describe('commands about brightness', () => {
  it('invariance answers with its exit code', async () => {
    const holds = await runCli(['invariance', ZERO_BIAS, '--json']);
    expect(holds.code).toBe(0);
    expect(JSON.parse(holds.stdout)).toMatchObject({
      verdict: 'scalar-invariant',
      preprocessing: 'not-stated',
    });
    const broken = await runCli(['invariance', 'models/iris.onnx', '--data', 'models/iris.csv']);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain('Sub:input.shifted');
  });

  it('verify decides scalar-invariance from a specification file, and check agrees', async () => {
    const spec = file('spec.yaml');
    writeFileSync(spec, 'napcert: 1\nproperties:\n- kind: scalar-invariance\n  preprocessing: scale\n');
    const output = file('spec.cert.json');
    expect((await runCli(['verify', ZERO_BIAS, '--spec', spec, '-o', output])).code).toBe(0);
    expect((await runCli(['check', output, '--model', ZERO_BIAS])).code).toBe(0);
    expect((await runCli(['check', output, '--model', 'models/mnist-64x2.onnx'])).code).toBe(4);
    const float32 = await runCli([
      'verify',
      ZERO_BIAS,
      '--spec',
      spec,
      '--arithmetic',
      'float32',
      '-o',
      file('f.json'),
    ]);
    expect(float32.code).toBe(2);
    expect(float32.stderr).toContain('real arithmetic');
  });

  it('cone certifies samples with one pattern, and check refuses a point that is moved', async () => {
    const output = file('cone.json');
    const found = await runCli([
      'cone',
      ZERO_BIAS,
      '--data',
      'mnist',
      '--split',
      'first:300',
      '--points',
      '253',
      '-o',
      output,
    ]);
    expect(found.code).toBe(0);
    expect((await runCli(['check', output, '--model', ZERO_BIAS])).code).toBe(0);
    const certificate = JSON.parse(readFileSync(output, 'utf8'));
    const { points } = certificate.predicate.properties[0].property;
    points.push(points[0].map((pixel: number) => 1 - pixel));
    const forged = file('forged.json');
    const [result] = certificate.predicate.properties;
    result.claim = describeProperty(result.property);
    writeFileSync(forged, JSON.stringify(certificate));
    const refused = await runCli(['check', forged, '--model', ZERO_BIAS]);
    expect(refused.code).toBe(4);
    expect(refused.stdout).toContain('as at an earlier point');
  });

  it('scalars and debias refuse what makes no sense', async () => {
    expect((await runCli(['scalars', ZERO_BIAS, '--data', 'mnist', '--factors', '0'])).code).toBe(2);
    expect((await runCli(['scalars', ZERO_BIAS, '--data', 'models/iris.csv'])).code).toBe(2);
    expect((await runCli(['debias', ZERO_BIAS, '-o', join(FOLDER, 'missing', 'x.onnx')])).code).toBe(2);
  });

  it('claims about every image at every brightness: proved without biases, refused with them', async () => {
    const naps = file('zero-bias.nap.json');
    const mined = await runCli(['mine', ZERO_BIAS, '--data', 'mnist', '--delta', '0.8', '-o', naps]);
    expect(mined.code).toBe(0);
    const spec = file('orthant.yaml');
    writeFileSync(
      spec,
      'napcert: 1\ndomain: orthant\nproperties:\n- { kind: non-ambiguity, pairs: [[1, 7], [6, 9]] }\n',
    );
    const output = file('orthant.cert.json');
    const proved = await runCli([
      'verify',
      ZERO_BIAS,
      '--naps',
      naps,
      '--spec',
      spec,
      '--data',
      'mnist',
      '-o',
      output,
    ]);
    expect(proved.code, proved.stderr).toBe(0);
    const checked = await runCli(['check', output, '--model', ZERO_BIAS]);
    expect(checked.code).toBe(0);
    const query = file('orthant.vnnlib');
    const asked = ['export', ZERO_BIAS, '--naps', naps, '--domain', 'orthant', '--class', '1'];
    const one = [...asked, '--competitor', '7', '--property', 'non-misclassification'];
    const exported = await runCli([...one, '--format', 'vnnlib2', '-o', query]);
    expect(exported.code, exported.stderr).toBe(0);
    expect(exported.stderr).toContain('sum of the inputs');
    const program = await runCli([...one, '--format', 'lp', '-o', file('orthant.lp')]);
    expect(program.stderr).not.toContain('sum of the inputs');
    // What is said is so.
    expect((await runCli(['vnnlib', 'verify', query, '--network', `f=${ZERO_BIAS}`])).code).toBe(2);
    for (const { stdout } of [proved, checked])
      expect(stdout).toMatch(/every input other than 0 .* any brightness .*margin m .* m times the sum/);
    // The same claims about a box are others, and proved by themselves only.
    const certificate = JSON.parse(readFileSync(output, 'utf8'));
    certificate.predicate.domain = { kind: 'box', lower: 0, upper: 1 };
    const moved = file('moved.cert.json');
    writeFileSync(moved, JSON.stringify(certificate));
    expect((await runCli(['check', moved, '--model', ZERO_BIAS])).code).toBe(4);

    const biased = 'models/toy-2d.onnx';
    const others = file('toy.nap.json');
    const data = ['--data', 'models/toy-2d.csv'];
    expect((await runCli(['mine', biased, ...data, '--delta', '0.8', '-o', others])).code).toBe(0);
    const args = ['verify', biased, '--naps', others, '--domain', 'orthant', '-o', file('refused.json')];
    const refused = await runCli(args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('positively homogeneous');
    expect(existsSync(file('refused.json'))).toBe(false);
  });
});
