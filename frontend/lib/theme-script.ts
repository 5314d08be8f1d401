export const THEME_KEY = 'uems-theme';

/** Runs in <head> before the first paint. Its text is constant, so the policy's hash covers it. */
export const themeScript = `(()=>{let t;try{t=localStorage.getItem('${THEME_KEY}')}catch{}document.documentElement.dataset.theme=t==='light'||t==='dark'?t:matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'})()`;
