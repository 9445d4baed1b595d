// SPDX-License-Identifier: MIT
// sw.js - keeps the shell of the page, so that an installed one opens at once and says itself
// that its server is away. Nothing of the archive is kept: recordings and answers always come from the server.
const ASSETS = '@ASSETS@';
const SHELL = ['./', ...['app.js', 'more.js', 'app.css', 'icon.svg', 'text/en.json', 'text/de.json'].map((name) => `${ASSETS}/${name}`)];

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(ASSETS).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== ASSETS).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

/** The page itself is asked for again each time; the kept one is for when nobody answers. */
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const name = url.pathname.slice(new URL(self.registration.scope).pathname.length);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (event.request.mode === 'navigate' && name === '') {
    event.respondWith(fetch(event.request).catch(() => caches.match('./', { cacheName: ASSETS })));
  } else if (name.startsWith(ASSETS)) {
    event.respondWith(caches.match(event.request, { cacheName: ASSETS }).then((kept) => kept ?? fetch(event.request)));
  }
});
