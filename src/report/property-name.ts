/** A claim about some competitors must not look like one about all. */
export function propertyName(property: {
  readonly id: string;
  readonly onlyAgainst: readonly number[] | null;
}): string {
  const { id, onlyAgainst } = property;
  return onlyAgainst === null ? id : `${id} (only against ${onlyAgainst.join(', ')})`;
}
