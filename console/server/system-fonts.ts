import type { Plugin } from 'vite';

/**
 * Leaves out the fonts that Cloudscape's global styles carry inside the style sheet: 130 KB that would have to come before
 * the first line is shown. The fonts of the system take their place.
 */
export function systemFonts(): Plugin {
  return {
    name: 'system-fonts',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('@cloudscape-design/global-styles/index.css')) {
        return undefined;
      }
      const without = code.replace(/@font-face\s*\{[^}]*\}/g, '');
      if (without === code) {
        throw new Error('Cloudscape\'s global styles have no @font-face any more: system-fonts has nothing to do.');
      }
      return { code: without, map: null };
    },
  };
}
