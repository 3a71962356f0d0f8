import { describe, expect, test } from 'vitest';
import { remember, remembered, type View } from './view_state';

const VIEW: View = {
  scope: { kind: 'feed', feed: 3 },
  search: 'disk is:unread',
  selected: 41,
  top: { id: 57, offset: 12.5 },
  tab: 'raw',
  unfolded: [57, 60],
};

const NOTHING = { search: '', selected: null, top: null, tab: null, unfolded: [] };

describe('where the user is', () => {
  test('is found again as it was', () => {
    remember(VIEW);
    expect(remembered()).toEqual(VIEW);
  });

  test('is unknown at first', () => {
    expect(remembered()).toBe(null);
  });

  test.each([
    ['no JSON', '{', null],
    ['no view', '[]', null],
    ['no scope', '{"search":"x"}', null],
    ['a scope of a later version', '{"scope":{"kind":"saved","search":3}}', null],
    ['a feed without a number', '{"scope":{"kind":"feed"}}', null],
    [
      'a folder',
      '{"scope":{"kind":"folder","folder":"Work"}}',
      { ...NOTHING, scope: { kind: 'folder', folder: 'Work' } },
    ],
    ['only a scope', '{"scope":{"kind":"unread"}}', { ...NOTHING, scope: { kind: 'unread' } }],
    [
      'parts of other kinds',
      '{"scope":{"kind":"all"},"search":7,"selected":"9","top":{"id":8,"offset":"x"},"tab":"tree","unfolded":[1,"2",null]}',
      { scope: { kind: 'all' }, search: '', selected: null, top: { id: 8, offset: 0 }, tab: null, unfolded: [1] },
    ],
  ])('in %s is what can be understood of it', (_, stored, view) => {
    localStorage.setItem('tidings.view', stored);
    expect(remembered()).toEqual(view);
  });
});
