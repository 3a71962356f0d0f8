// In which language the window speaks: the one chosen in the settings, or else the system's. Whatever is drawn while it
// is read here is drawn anew when it changes, in place. Deliberately not here: what is said (messages/), how times and
// numbers are written (time.ts).
import type { LanguageChoice } from './ipc/types.gen';
import { baseLocale, overwriteGetLocale, type Locale } from './paraglide/runtime.js';

/** Each language in its own words, in the order in which they are offered. */
export const LANGUAGES: readonly { language: Locale; name: string }[] = [
  { language: 'en', name: 'English' },
  { language: 'zh-CN', name: '简体中文' },
];

/** What was chosen last, for the first moments of a window that has not heard from the backend yet. */
const KEY = 'tidings.language';

class Language {
  #choice = $state<LanguageChoice>(remembered());
  #system = $state<Locale>(systemLocale());

  constructor() {
    window.addEventListener('languagechange', () => (this.#system = systemLocale()));
    overwriteGetLocale(() => this.locale);
  }

  get locale(): Locale {
    return this.#choice === 'system' ? this.#system : this.#choice;
  }

  choose(choice: LanguageChoice): void {
    this.#choice = choice;
    localStorage.setItem(KEY, choice);
  }
}

function remembered(): LanguageChoice {
  const stored = localStorage.getItem(KEY);
  return LANGUAGES.find(({ language }) => language === stored)?.language ?? 'system';
}

/** The first of the system's languages that is spoken here. */
function systemLocale(): Locale {
  for (const tag of navigator.languages) {
    const [primary] = tag.toLowerCase().split('-');
    const spoken = LANGUAGES.find(({ language }) => language.split('-')[0] === primary);
    if (spoken) return spoken.language;
  }
  return baseLocale;
}

export const language = new Language();
