import { describe, expect, it } from 'vitest';
import { readQuery, writeQuery } from './query-state';

const defaults = { q: '', open: false, sort: 'code', page: 1 };

describe('the address', () => {
  it('falls back to the defaults', () => {
    expect(readQuery(new URLSearchParams(''), defaults)).toEqual(defaults);
  });

  it('reads text, switches and numbers', () => {
    expect(readQuery(new URLSearchParams('q=bio+lab&open=true&page=3'), defaults)).toEqual({
      q: 'bio lab',
      open: true,
      sort: 'code',
      page: 3,
    });
  });

  it.each(['page=0', 'page=-2', 'page=x', 'page=1.5', 'page='])('does not believe %s', (search) => {
    expect(readQuery(new URLSearchParams(search), defaults).page).toBe(1);
  });

  it('says only what differs', () => {
    expect(writeQuery(defaults, defaults)).toBe('');
    expect(writeQuery({ ...defaults, open: true, page: 2 }, defaults)).toBe('?open=true&page=2');
  });

  it('survives the way there and back, awkward characters too', () => {
    const state = { q: 'a&b=c #?', open: true, sort: '-seats', page: 7 };
    expect(readQuery(new URLSearchParams(writeQuery(state, defaults)), defaults)).toEqual(state);
  });
});
