import type { CourseFilter } from '@/lib/api/types';
import { isDay } from '@/lib/schedule';
import type { TermId } from '@/lib/terms';

/** What the address of the catalogue can say. `term` '' is the current one. */
export const catalogueDefaults = {
  q: '',
  term: '',
  department: '',
  day: '',
  open: false,
  fits: false,
  inactive: false,
  sort: 'code',
  page: 1,
};

export type CatalogueState = {
  q: string;
  term: string;
  department: string;
  day: string;
  open: boolean;
  fits: boolean;
  inactive: boolean;
  sort: string;
  page: number;
};

export const PAGE_SIZE = 25;

export function toFilter(state: CatalogueState, term: TermId | undefined): CourseFilter {
  return {
    q: state.q.trim(),
    semester: term?.semester,
    year: term?.year,
    department: state.department,
    day: isDay(state.day) ? state.day : undefined,
    open: state.open || undefined,
    fits: state.fits || undefined,
    is_active: state.inactive ? false : undefined,
    sort: state.sort,
    page: state.page,
    page_size: PAGE_SIZE,
  };
}

export function hasFilters(state: CatalogueState): boolean {
  return Boolean(state.q || state.department || state.day || state.open || state.fits || state.inactive);
}
