// axe finds nothing to complain about, in any view, in either theme.
import axe from 'axe-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';
import { still } from './screen';
import { show, VIEWS } from './views';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 760));

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(VIEWS)('$name', async (view) => {
    const { options, width } = view;
    if (width) await viewport(width, 700);
    const { session, windowState } = await renderApp({ theme, ...options });
    await show(view, session, windowState);
    await still();
    const { violations } = await axe.run(document.body, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: {
        // The page under test is a fragment in the test runner's frame.
        'page-has-heading-one': { enabled: false },
        'landmark-one-main': { enabled: false },
        region: { enabled: false },
      },
    });
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]),
    ).toEqual([]);
  });
});

test('focus stays in a dialog and returns to where it was', async () => {
  await renderApp();
  const button = page.getByTestId('settings');
  (button.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByTestId('settings-dialog')).toBeVisible();
  for (let presses = 0; presses < 6; presses += 1) {
    await userEvent.keyboard('{Tab}');
    expect(document.activeElement?.closest('[role="dialog"]')).not.toBe(null);
  }
  await userEvent.keyboard('{Escape}');
  await expect.element(button).toHaveFocus();
});
