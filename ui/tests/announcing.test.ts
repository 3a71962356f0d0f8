// What is announced and why, and what the user says about it: asked, muted, chosen and tried as a person does.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';

function byId(id: string) {
  return page.getByTestId(id);
}

/** The sentences of the steps that are shown. */
function steps(): string[] {
  return [...document.querySelectorAll('[data-testid="step"] p')].map((step) =>
    step.textContent.replaceAll(/\s+/g, ' ').trim(),
  );
}

beforeEach(() => page.viewport(1240, 760));

describe('why', () => {
  test('is found with the keyboard alone, and says each step and when it was', async () => {
    const { backend } = await renderApp();
    const at = Date.now() - 60_000;
    backend.outcomes.set(5_000, {
      verdict: { decision: 'announce', decidedBy: { kind: 'rule', number: 2, name: 'Failures' } },
      plan: { kind: 'digest', because: { kind: 'doNotDisturb' } },
      told: { events: 4, at, answer: { kind: 'delivered', number: 31 }, replacedBy: null },
    });
    await userEvent.keyboard('j');
    await expect.element(byId('tab-json')).toBeVisible();
    (byId('tab-json').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.element(byId('tab-why')).toHaveFocus();
    await expect
      .poll(() => steps().slice(0, 2))
      .toEqual([
        'Rule 2, “Failures”, has it announced as urgent.',
        'The desktop was not to be disturbed, so it is announced afterwards in a digest of 4 events.',
      ]);
    expect(steps()[2]).toMatch(/^The notification service took it, as its number 31\. (today|yesterday) [\d:]{8}$/);
    expect(document.querySelector('[data-testid="step"] time')?.getAttribute('datetime')).toBe(
      new Date(at).toISOString(),
    );
  });

  test('stays chosen from event to event', async () => {
    const { backend } = await renderApp();
    await userEvent.keyboard('j');
    await byId('tab-why').click();
    await expect.poll(steps).toHaveLength(3);
    backend.outcomes.set(4_999, { plan: { kind: 'silent', because: 'inView' }, told: null });
    await userEvent.keyboard('j');
    await expect.poll(() => steps()[1]).toBe('It came into view while the window was focused, so it is not announced.');
  });

  test('asks again for what is not over, and not for what is', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { backend } = await renderApp();
      const asked = () => backend.calls.filter((call) => call === 'why').length;
      backend.outcomes.set(5_000, { told: { events: 1, at: null, answer: null, replacedBy: null } });
      await userEvent.keyboard('j');
      await byId('tab-why').click();
      await expect.poll(() => steps()[2]).toBe('That waits, or is on its way.');
      expect(asked()).toBe(1);
      vi.advanceTimersByTime(5_000);
      await expect.poll(asked).toBe(2);
      backend.outcomes.delete(5_000);
      // The mutes are others now, so what waited may wait no longer.
      await backend.unmute(null);
      await expect.poll(() => steps()[2]).toMatch(/^The notification service took it/);
      expect(asked()).toBe(3);
      vi.advanceTimersByTime(60_000);
      backend.tell({ kind: 'repeated', id: 5_000, count: 2 });
      await expect.poll(asked).toBe(4);
    } finally {
      vi.useRealTimers();
    }
  });

  test('leads to the event that took the place of this one', async () => {
    const { backend, session } = await renderApp();
    backend.outcomes.set(4_990, {
      told: { events: 2, at: Date.now(), answer: { kind: 'delivered', number: 5 }, replacedBy: 4_995 },
    });
    await session.show({ kind: 'event', id: 4_990 });
    await byId('tab-why').click();
    await expect
      .poll(() => steps()[2])
      .toBe('In its notification, a later event of the same group took its place. Show that event');
    await byId('show-later').click();
    await expect.element(byId('event-detail')).toHaveAttribute('data-id', '4995');
  });

  test('says when it cannot be found out', async () => {
    const { backend } = await renderApp();
    await userEvent.keyboard('j');
    await expect.element(byId('tab-why')).toBeVisible();
    backend.refusal = { code: 'store', message: 'The disk reports an error.' };
    await byId('tab-why').click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('It could not be found out: The disk reports an error.');
  });
});
