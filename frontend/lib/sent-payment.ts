/**
 * That a card was sent off, told across reloads of the page and the way to a bank's own page and back: until the
 * provider's event arrives, the server does not know yet, and nobody shall be asked to pay again.
 */
const KEY = 'uems-sent-payment';
/** An event that takes longer is waited for no more; the provider refuses to take the money twice anyway. */
const REMEMBERED_MS = 10 * 60_000;

/** A bank's page sends people back with its outcome in the address, and with a secret that does not belong there. */
export function wasSent(id: string): boolean {
  const outcome = new URLSearchParams(window.location.search).get('redirect_status');
  if (outcome !== null) {
    window.history.replaceState(null, '', window.location.pathname);
    if (outcome !== 'failed') rememberSent(id);
  }
  const [sent, at] = (sessionStorage.getItem(KEY) ?? '').split(' ');
  return sent === id && Date.now() - Number(at) < REMEMBERED_MS;
}

export const rememberSent = (id: string) => sessionStorage.setItem(KEY, `${id} ${Date.now()}`);

export const forgetSent = () => sessionStorage.removeItem(KEY);
