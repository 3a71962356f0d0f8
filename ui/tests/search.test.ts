// The search field: operators completed while they are typed, explained on a sheet, and what is wrong said in words.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

function offered(): string[] {
  return [...document.querySelectorAll('[data-testid="search-completion"] .code')].map(
    ({ textContent }) => textContent,
  );
}

/** What is marked in the detail. */
function found(): string[] {
  return [...(CSS.highlights.get('found') ?? [])].map((range) => (range as Range).toString());
}

beforeEach(() => viewport(1240, 760));

test('what is typed while a search is under way is searched for once, as it is then', async () => {
  const { backend, session } = await renderApp();
  const searched: string[] = [];
  const go: (() => void)[] = [];
  const answer = backend.page.bind(backend);
  backend.page = async (query) => {
    searched.push(query.search);
    await new Promise<void>((resolve) => go.push(resolve));
    return answer(query);
  };
  await userEvent.keyboard('/front');
  expect(searched).toEqual(['f']);
  go.shift()?.();
  await expect.poll(() => searched).toEqual(['f', 'front']);
  go.shift()?.();
  await expect.poll(() => session.list.loading).toBe(null);
  expect(searched).toEqual(['f', 'front']);
  expect(session.list.search).toBe('front');
});

describe('an operator', () => {
  test('is completed by keyboard, with the names that there are', async () => {
    const { session } = await renderApp();
    await userEvent.keyboard('/fe');
    await expect.poll(offered).toEqual(['feed:']);
    await expect.element(byId('search')).toHaveAttribute('aria-expanded', 'true');
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await expect.element(byId('search')).toHaveValue('feed:');
    await expect.poll(() => offered().length).toBe(7);
    await userEvent.keyboard('wiki');
    await expect.poll(offered).toEqual(['feed:"Wikipedia · recent changes"']);
    await userEvent.keyboard('{Tab}');
    await expect.element(byId('search')).toHaveValue('feed:"Wikipedia · recent changes" ');
    await expect.element(byId('search')).toHaveFocus();
    await expect.poll(() => session.list.search).toBe('feed:"Wikipedia · recent changes"');
  });

  test('names two feeds of one name once', async () => {
    const { backend, session } = await renderApp();
    const feed = session.feeds.get(2)?.feed;
    if (feed) await backend.editFeed(2, { ...feed, name: 'Build farm' });
    await userEvent.keyboard('/feed:buil');
    await expect.poll(offered).toEqual(['feed:"Build farm"']);
  });

  test('is completed with the mouse, with the types that were seen', async () => {
    const { session } = await renderApp();
    await byId('search').click();
    await userEvent.keyboard('type:');
    await expect
      .poll(offered)
      .toEqual(
        ['alert', 'build', 'charge.failed', 'deploy', 'message', 'notification', 'state_changed', 'status'].map(
          (type) => `type:${type}`,
        ),
      );
    await byId('search-completion').nth(3).click();
    await expect.element(byId('search')).toHaveValue('type:deploy ');
    await expect.poll(() => session.list.search).toBe('type:deploy');
  });

  test('that is still being typed is not searched for', async () => {
    const { session } = await renderApp();
    await userEvent.keyboard('/front is:un');
    await expect.poll(() => session.list.search).toBe('front');
    await expect.poll(() => byId('search-fault').element().textContent).toBe('');
    await userEvent.keyboard('read');
    await expect.poll(() => session.list.search).toBe('front is:unread');
  });

  test('that means nothing is said so in words', async () => {
    await renderApp();
    await userEvent.keyboard('/after:soon x');
    await expect
      .element(byId('search-fault'))
      .toHaveTextContent('“after:soon” is searched as a word: write a date such as 2026-11-20');
    await expect.element(byId('search')).toHaveAccessibleDescription(/is searched as a word/);
    await byId('search').fill('feed:nobody');
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('search-fault')).toHaveTextContent('No feed’s name has “nobody” in it.');
    await byId('search').fill('is:unread');
    await expect.poll(() => byId('search-fault').element().textContent).toBe('');
  });

  test('is explained on a sheet, from which it can be begun', async () => {
    await renderApp();
    await byId('search').fill('front');
    await byId('search-help').click();
    const sheet = byId('search-sheet');
    await expect.element(sheet).toHaveTextContent(/feed: ?Part of a feed’s name/);
    await expect.element(sheet).not.toHaveTextContent('folder:');
    await userEvent.keyboard('{Escape}');
    await expect.element(sheet).not.toBeInTheDocument();
    await expect.element(byId('search-help')).toHaveFocus();
    await userEvent.keyboard('{Enter}{Tab}{Tab}{Enter}');
    await expect.element(byId('search')).toHaveValue('front type:');
    await expect.element(byId('search')).toHaveFocus();
    await expect.poll(() => offered().length).toBeGreaterThan(0);
    await byId('list-title').click();
    await expect.poll(offered).toEqual([]);
  });
});

describe('the search', () => {
  test('marks what it found in the list and in every part of the detail', async () => {
    await renderApp();
    await userEvent.keyboard('/production failed{Enter}');
    await expect.element(byId('event-detail')).toBeVisible();
    await expect.poll(() => document.querySelector('mark')?.textContent).toBe('production');
    await expect.poll(found).toEqual(expect.arrayContaining(['production', 'failed']));
    // In the title, and in the JSON.
    expect(found().filter((text) => text === 'production')).toHaveLength(2);
    // What is drawn later is marked too.
    await byId('tab-raw').click();
    await expect.poll(() => found().length).toBeGreaterThan(3);
    await byId('clear-search').click();
    await expect.poll(found).toEqual([]);
    await expect.element(byId('search')).toHaveFocus();
  });

  test('stays while one goes from event to event', async () => {
    const { session } = await renderApp();
    await userEvent.keyboard('/toner{Enter}');
    await expect.element(byId('detail-title')).toHaveTextContent('Toner low');
    const first = session.opened.id;
    await userEvent.keyboard('jj');
    await expect.poll(() => session.opened.id).toBeLessThan((first ?? 0) - 10);
    await expect.element(byId('search')).toHaveValue('toner');
    expect(session.list.search).toBe('toner');
    await userEvent.keyboard('{Escape}{Escape}');
    await expect.element(byId('search')).toHaveValue('');
    expect(session.list.search).toBe('');
  });

  test('is left step by step with Esc: completions, words, field', async () => {
    await renderApp();
    await userEvent.keyboard('/is:');
    await expect.poll(() => offered().length).toBe(3);
    await userEvent.keyboard('{Escape}');
    await expect.poll(offered).toEqual([]);
    await expect.element(byId('search')).toHaveValue('is:');
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('search')).toHaveValue('');
    await expect.element(byId('search')).toHaveFocus();
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('event-list')).toHaveFocus();
  });

  test('ends with the scope', async () => {
    const { session } = await renderApp();
    await byId('search').fill('toner');
    await expect.poll(() => session.list.search).toBe('toner');
    await page.getByTestId('scope-unread').click();
    await expect.element(byId('search')).toHaveValue('');
    // And what was not yet searched for, too.
    await byId('search').fill('is:u');
    await page.getByTestId('scope-all').click();
    await expect.element(byId('search')).toHaveValue('');
  });
});
