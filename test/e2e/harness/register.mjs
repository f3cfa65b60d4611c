// The register as the program publishes it, for counting again what its pages count.
export async function register(request, base = "") {
  const answer = await request.get(`${base}/register.json`);
  return (await answer.json()).promises;
}

/** The number that a link shows which leads to `path`. */
export async function numberAt(page, path) {
  const text = await page.locator(`#main a[href="${path}"]`).first().textContent();
  return Number(/[\d,]+/.exec(text)[0].replaceAll(",", ""));
}
