const KEY = 'uems-reloaded-at';
const AGAIN_AFTER_MS = 60_000;

/**
 * After an upgrade of the server an open tab asks for scripts that no longer exist. One reload cures that; a second
 * within the minute would not.
 */
export function reloadOnceFor(error: Error) {
  if (
    error.name !== 'ChunkLoadError' &&
    !/loading (css )?chunk|dynamically imported module/i.test(error.message)
  )
    return;
  try {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < AGAIN_AFTER_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
  } catch {
    return;
  }
  window.location.reload();
}
