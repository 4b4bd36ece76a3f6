// Rendered in the browser alone: the server hands out one empty page, and everything on it comes from the API.
export const ssr = false;
export const prerender = false;
