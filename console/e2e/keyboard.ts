import type { Locator, Page } from 'playwright-core';

/** Moves the focus with Tab, as a person does who has no mouse; fails where Tab never comes to `target`. */
export async function tabTo(page: Page, target: Locator, most = 150): Promise<void> {
  await target.waitFor({ state: 'attached' });
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`${most} times Tab did not reach ${String(target)}`);
}

/** Types into a field that Tab comes to. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

/** Presses a button, or a checkbox with a space, that Tab comes to. */
export async function pressOn(page: Page, target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Chooses from a list that Tab comes to; `option` is typed, which finds it. */
export async function pick(page: Page, target: Locator, option: string): Promise<void> {
  await pressOn(page, target);
  const found = page.getByRole('option', { name: option }).first();
  await found.waitFor();
  for (let pressed = 0; pressed < 20; pressed += 1) {
    const marked = page.locator('[role=option][class*=highlighted]').first();
    if (((await marked.textContent().catch(() => '')) ?? '').includes(option)) {
      await page.keyboard.press('Enter');
      return;
    }
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`no arrow led to ${option}`);
}
