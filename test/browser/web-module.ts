/** @file The page's modules that need no browser, loaded into Node for tests. */

/** Imports `web/<name>`; its types are checked by `tsc -p web`, so the caller names the shape it uses. */
export async function loadWebModule<Shape>(name: string): Promise<Shape> {
  return await import(new URL(`../../web/${name}`, import.meta.url).href)
}
