/** Texts of the starter files. What a person typed is written as JSON strings, which are YAML. */

export interface PolicyFacts {
  readonly name: string;
  readonly model: string;
  readonly naps: string;
  readonly specification: string;
  readonly data: Readonly<Record<string, string | boolean>>;
  readonly recall: { readonly measured: number; readonly minimum: number };
}

export function policyText({ name, model, naps, specification, data, recall }: PolicyFacts): string {
  const fields = Object.entries(data).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  const dataset = (split: string): string => `{ ${[...fields, `split: ${split}`].join(', ')} }`;
  return `# What a release must show before it passes: napcert gate. The format is specified in specs/policy-v1.md.
# Paths are relative to this file.
napcert-policy: 1

# real: exact arithmetic on the stored weights. float32: every float32 runtime, whatever the order of its additions.
arithmetic: real

# What an undecided requirement makes of the release: inconclusive (exit code 3) or fail (1). It never passes.
unknown: inconclusive

# Solvers whose answers may be trusted instead of proved, for example [glpk]. None, if you can.
holes: []

# Seconds: for one obligation (a class against a competitor), and for deciding everything.
budget: { obligation: 30, total: 600 }

models:
  - name: ${JSON.stringify(name)}
    model: ${JSON.stringify(model)}
    naps: ${JSON.stringify(naps)}
    specification: ${JSON.stringify(specification)}

    # Samples to look for counterexamples near, and for inputs that follow the NAPs.
    data: ${dataset('mine')}

    # The samples that the NAPs were mined from: a recall counts only on others.
    mining: ${dataset('mine')}

    # A proof about NAPs says nothing about inputs that do not follow them. How many do is measured on samples that the
    # NAPs were not mined from: ${(100 * recall.measured).toFixed(2)} % when this file was written.
    recall:
      - data: ${dataset('heldout')}
        minimum: ${recall.minimum}
`;
}

export function specificationText(
  model: string,
  classes: readonly number[],
  { lower, upper }: { readonly lower: number; readonly upper: number },
): string {
  const pair = classes.length < 2 ? '[0, 1]' : `[${classes[0]}, ${classes[1]}]`;
  return `# Claims about ${JSON.stringify(model)}.
napcert: 1

# Inputs that the claims speak about: every number of an input in this range. A wider one claims more.
domain: { lower: ${lower}, upper: ${upper} }

properties:
  # No input that follows the NAP of a class gets another class.
  - kind: non-misclassification
    classes: [${classes.join(', ')}]

  # No input follows the NAPs of both classes of a pair; without "pairs", of any pair.
  # - kind: non-ambiguity
  #   pairs: [${pair}]

  # No input within epsilon of a sample gets another class than it.
  # - kind: local-robustness
  #   reference: { data: mnist, sample: 0 }
  #   epsilon: 0.02

  # The class stays at every brightness: for networks without biases.
  # - kind: scalar-invariance
`;
}
