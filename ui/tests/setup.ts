// Every test sees the window's real styles, and its text in the language the assertions are written in.
import '../src/app.css';
import { beforeEach } from 'vitest';

beforeEach(() => {
  localStorage.clear();
  delete document.documentElement.dataset['theme'];
});
