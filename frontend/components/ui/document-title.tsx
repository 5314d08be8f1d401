/** React hoists it into <head>; pages whose name comes from data use it. */
export function DocumentTitle({ children }: { children: string }) {
  return <title>{`${children} · UEMS`}</title>;
}
