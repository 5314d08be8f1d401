/**
 * Shown while a lazily loaded part is on its way, so that the rest of the page stays as it is. `dynamic` without a
 * `loading` hides whatever it stands in, and the focus is lost with it.
 */
export const nothing = () => null;
