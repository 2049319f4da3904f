// Talks to the service. Errors carry the problem's detail as their message.

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail || `The service answered ${status}`);
    this.status = status;
    this.code = body?.code;
    this.field = body?.field;
  }
}

let askToken = null;
// `ask` returns a promise of the token that the person typed.
export function onTokenNeeded(ask) { askToken = ask; }

async function request(method, path, body, signal) {
  const response = await fetch(path, {
    method, signal,
    headers: body === undefined ? {} : {"Content-Type": "application/json"},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 401 && askToken) {
    // Pictures are fetched by the browser itself, which sends cookies and no other header.
    const token = encodeURIComponent(await askToken());
    document.cookie = `imago_token=${token}; path=/; SameSite=Strict`;
    return request(method, path, body, signal);
  }
  const json = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, json);
  return json;
}

const collectionPath = (collection) => `v1/collections/${encodeURIComponent(collection)}`;

export const api = {
  collections: () => request("GET", "v1/collections"),
  search: (collection, body, signal) =>
    request("POST", `${collectionPath(collection)}/search`, body, signal),
  list: (collection, limit, cursor, signal) => request(
    "GET", `${collectionPath(collection)}/assets?limit=${limit}` +
      (cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""), undefined, signal),
  asset: (collection, assetPath) =>
    request("GET", `${collectionPath(collection)}/assets/${assetPath}`),
  eventTypes: () => request("GET", "v1/events/types"),
  prompts: () => request("GET", "v1/prompts"),
  classify: (body, signal) => request("POST", "v1/classify", body, signal),
  imports: () => request("GET", "v1/imports"),
  startImport: (collection, paths) => request("POST", "v1/imports", {collection, paths}),
  importErrors: (job) => request("GET", `v1/imports/${encodeURIComponent(job)}/errors?limit=200`),
  steer: (job, verb) => request("POST", `v1/imports/${encodeURIComponent(job)}:${verb}`, {}),
};

// URLs that the browser may keep for good: they change with the picture.
const media = (collection, asset, what) =>
  `${collectionPath(collection)}/assets/${asset.asset_path}/${what}?v=${asset.sha256.slice(0, 16)}`;
export const thumbnailUrl = (collection, asset) => media(collection, asset, "thumbnail");
export const originalUrl = (collection, asset) => media(collection, asset, "original");
