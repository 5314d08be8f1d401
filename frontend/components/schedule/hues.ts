const HUES = 8;

/** By place in the list sorted by code: neighbours in a week differ, and a course keeps its hue on every page. */
export function huesOf(
  courses: readonly { id: string; code: string; section: string }[],
): Map<string, number> {
  const sorted = [...courses].sort((a, b) => `${a.code}${a.section}`.localeCompare(`${b.code}${b.section}`));
  return new Map(sorted.map(({ id }, index) => [id, index % HUES]));
}
