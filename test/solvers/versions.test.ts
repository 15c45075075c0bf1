import { afterAll, expect, it } from 'vitest';
import { closeSolvers } from '../../src/solvers/solve.js';
import { componentVersions, probeSolver, SOLVER_NAMES, solverVersion } from '../../src/solvers/versions.js';

afterAll(closeSolvers);

it.each(SOLVER_NAMES)('%s is here, solves the probes and says its version', async (name) => {
  const version = await solverVersion(name);
  expect(version).toMatch(/^\S.* \d+\.\d+(\.\d+)?$/);
  expect(await probeSolver(name)).toEqual({ solver: name, ok: true, text: version });
});

it('names every component with its version', async () => {
  const components = await componentVersions();
  expect(Object.keys(components).sort()).toEqual(['glpk', 'highs', 'jslp', 'node']);
  expect(components['node']).toBe(process.versions.node);
});
